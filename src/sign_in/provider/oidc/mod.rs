//! Providers of OpenID Connect: discovery, the way there, and the way back. Google, Microsoft and GitLab are
//! such providers with habits of their own.

mod id_token;
mod issuer;
mod vouching;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use oauth2::http::header::ACCEPT;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims, CoreJsonWebKeySet,
    CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AuthType, AuthorizationCode, CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, Scope, TokenResponse,
};
use tokio::time::timeout;
use url::Url;

use self::id_token::Extras;
use self::issuer::Issuer;
use super::finding::{Finding, MADE_UP_CODE, try_credentials};
use super::{Claims, Departure, Failure, PATIENCE, Registration, rejected, token_failure, unavailable};
use crate::clock::Clock;
use crate::config::ProviderKind;
use crate::sign_in::http::HttpError;

/// A provider asks whom it has known for longer than this; as long as a session lasts.
const OLDEST_LOGIN: Duration = Duration::from_hours(30 * 24);

/// A client that knows where to send the browser, and perhaps where tokens and userinfo are.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// This installation, as the relying party of one provider.
pub struct RelyingParty {
    registration: Registration,
    kind: ProviderKind,
    issuer: Issuer,
    clock: Clock,
    known: RwLock<Option<Arc<CoreProviderMetadata>>>,
    keys_looked_at: Mutex<Option<Instant>>,
}

/// Why discovery came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Undiscovered {
    #[error("could not be reached: {0}")]
    Silent(String),
    #[error("answers for another issuer: {0}")]
    OtherIssuer(String),
}

impl From<Undiscovered> for Failure {
    fn from(undiscovered: Undiscovered) -> Self {
        unavailable(undiscovered)
    }
}

impl RelyingParty {
    pub fn new(registration: Registration, kind: &ProviderKind, issuer: &Url, clock: &Clock) -> Self {
        Self {
            registration,
            kind: kind.clone(),
            issuer: Issuer::new(kind, issuer),
            clock: clock.clone(),
            known: RwLock::default(),
            keys_looked_at: Mutex::default(),
        }
    }

    /// Whether its addresses and keys are known.
    pub fn is_discovered(&self) -> bool {
        self.metadata().is_some()
    }

    /// Asks for its addresses and keys (OpenID Connect Discovery, section 4).
    pub async fn discover(&self) -> Result<Arc<CoreProviderMetadata>, Undiscovered> {
        let late = |_| Undiscovered::Silent(format!("no answer within {} seconds", PATIENCE.as_secs()));
        let metadata = Arc::new(timeout(PATIENCE, self.fetch_metadata()).await.map_err(late)??);
        self.remember(metadata.clone());
        Ok(metadata)
    }

    /// The library's own discovery would refuse Microsoft's template of an issuer, and a trailing slash.
    async fn fetch_metadata(&self) -> Result<CoreProviderMetadata, Undiscovered> {
        let silent = |error: HttpError| Undiscovered::Silent(error.to_string());
        let request = oauth2::http::Request::get(self.issuer.discovery_address())
            .header(ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|error| silent(error.into()))?;
        let metadata: CoreProviderMetadata = self.registration.http.json(request).await.map_err(silent)?;
        if !self.issuer.is_published_as(metadata.issuer()) {
            return Err(Undiscovered::OtherIssuer(metadata.issuer().chars().take(200).collect()));
        }
        let keys = self.fetch_keys(&metadata).await.map_err(Undiscovered::Silent)?;
        Ok(metadata.set_jwks(keys))
    }

    async fn fetch_keys(&self, metadata: &CoreProviderMetadata) -> Result<CoreJsonWebKeySet, String> {
        let send = |request: HttpRequest| self.registration.http.send(request);
        CoreJsonWebKeySet::fetch_async(metadata.jwks_uri(), &send).await.map_err(|error| match error {
            DiscoveryError::Request(error) => error.to_string(),
            error => format!("its keys: {error}"),
        })
    }

    pub async fn depart(&self, prompt: Option<&'static str>) -> Result<Departure, Failure> {
        let metadata = self.metadata_or_discover().await?;
        let client = self.client(&metadata);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge);
        if let Some(prompt) = prompt {
            request = request.add_extra_param("prompt", prompt);
        }
        // Makes the provider tell when it asked (OpenID Connect Core, section 3.1.2.1). Google ignores it.
        let max_age = if prompt == Some("login") { Duration::ZERO } else { OLDEST_LOGIN };
        request = request.set_max_age(max_age);
        let (address, state, nonce) = request.url();
        Ok(Departure {
            address: address.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            pkce_verifier: verifier.into_secret(),
        })
    }

    pub async fn arrive(
        &self,
        code: String,
        nonce: String,
        pkce_verifier: String,
    ) -> Result<Claims, Failure> {
        let metadata = self.metadata_or_discover().await?;
        let client = self.client(&metadata);
        let send = |request: HttpRequest| self.registration.http.send(request);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(rejected)?
            .set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier))
            .request_async(&send)
            .await
            .map_err(token_failure)?;
        let id_token = tokens.id_token().ok_or_else(|| Failure::Rejected("no ID token".to_owned()))?;
        let verified = self.verify(metadata.clone(), id_token, &Nonce::new(nonce)).await?;
        let (claims, extras, signed_with) = verified;
        self.check_access_token(&signed_with, id_token, &claims, tokens.access_token())?;
        let user_info = self.user_info(&client, &metadata, &tokens, &claims).await?;
        Ok(self.claims(&claims, &extras, user_info.as_ref()))
    }

    /// Whether `iss` of a callback is this provider.
    pub fn is_issuer(&self, iss: &str) -> bool {
        match self.metadata() {
            Some(metadata) if !self.issuer.is_a_template() => iss == metadata.issuer().as_str(),
            _ => self.issuer.may_be(iss),
        }
    }

    pub async fn test(&self) -> Vec<Finding> {
        let (label, began) = (&self.registration.label, Instant::now());
        let metadata = match self.discover().await {
            Ok(metadata) => metadata,
            Err(undiscovered) => return vec![Finding::bad(format!("{label} {undiscovered}."))],
        };
        let took = began.elapsed().as_millis();
        let issuer = metadata.issuer().as_str();
        let discovered = Finding::good(format!("{label} answered in {took} ms and names itself {issuer}."));
        vec![discovered, self.try_credentials(&metadata).await]
    }

    async fn try_credentials(&self, metadata: &CoreProviderMetadata) -> Finding {
        let client = self.client(metadata);
        match client.exchange_code(AuthorizationCode::new(MADE_UP_CODE.to_owned())) {
            Ok(exchange) => try_credentials(&self.registration, exchange).await,
            Err(_) => {
                Finding::bad(format!("{} does not say where tokens are to be had.", self.registration.label))
            }
        }
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let secret = Some(self.registration.client_secret.clone());
        CoreClient::from_provider_metadata(metadata.clone(), self.registration.client_id.clone(), secret)
            .set_auth_type(auth_type(metadata))
            .set_redirect_uri(self.registration.redirect.clone())
    }

    /// What userinfo says, where the ID token names no address. Microsoft's would name one without the marker
    /// that makes it count.
    async fn user_info(
        &self,
        client: &Client,
        metadata: &CoreProviderMetadata,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<Option<CoreUserInfoClaims>, Failure> {
        let is_of_no_use = claims.email().is_some() || self.kind == ProviderKind::Microsoft;
        if is_of_no_use || metadata.userinfo_endpoint().is_none() {
            return Ok(None);
        }
        let send = |request: HttpRequest| self.registration.http.send(request);
        let request = client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .map_err(rejected)?;
        request.request_async(&send).await.map(Some).map_err(unavailable)
    }

    fn claims(
        &self,
        token: &CoreIdTokenClaims,
        extras: &Extras,
        user_info: Option<&CoreUserInfoClaims>,
    ) -> Claims {
        let email = token.email().or_else(|| user_info?.email()).map(|email| email.to_string());
        // The flag must come from where the address came from.
        let flag = match token.email() {
            Some(_) => token.email_verified(),
            None => user_info.and_then(CoreUserInfoClaims::email_verified),
        };
        let is_vouched_for = |address: &String| match self.kind {
            ProviderKind::Google => vouching::google(address, flag == Some(true), &extras.hd),
            ProviderKind::Microsoft => vouching::microsoft(&extras.xms_edov),
            _ => flag == Some(true),
        };
        let token_name = token.name().and_then(|name| name.get(None));
        let name = token_name.or_else(|| user_info?.name()?.get(None));
        Claims {
            provider: self.registration.provider.clone(),
            issuer: token.issuer().to_string(),
            subject: token.subject().to_string(),
            email_verified: email.as_ref().is_some_and(is_vouched_for),
            email,
            name: name.map(|name| name.to_string()),
            authenticated_at: token.auth_time(),
        }
    }

    fn metadata(&self) -> Option<Arc<CoreProviderMetadata>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn metadata_or_discover(&self) -> Result<Arc<CoreProviderMetadata>, Failure> {
        match self.metadata() {
            Some(metadata) => Ok(metadata),
            None => Ok(self.discover().await?),
        }
    }

    fn remember(&self, metadata: Arc<CoreProviderMetadata>) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(metadata);
    }
}

/// Basic unless the provider says that it takes the secret in the body only (OpenID Connect Discovery, section
/// 3: `token_endpoint_auth_methods_supported`).
fn auth_type(metadata: &CoreProviderMetadata) -> AuthType {
    let takes =
        |method| metadata.token_endpoint_auth_methods_supported().is_some_and(|all| all.contains(&method));
    if takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}
