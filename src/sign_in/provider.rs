//! Identity providers over OpenID Connect: discovery, the way there, and the checks on the way back.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier,
    CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError, TokenResponse,
};
use secrecy::ExposeSecret;
use tokio::time::timeout;

use super::http::Http;
use crate::clock::Clock;
use crate::config::{Config, ProviderConfig, ProviderKind};

/// How often a provider that did not answer is asked again for its addresses and keys.
pub const DISCOVERY_RETRY: Duration = Duration::from_secs(20);
/// How long the exchanges of one callback may take together.
const PATIENCE: Duration = Duration::from_secs(9);
/// The least time between two looks at a provider's keys because a token named an unknown one.
const KEYS_AT_MOST_EVERY: TimeDelta = TimeDelta::minutes(1);
/// How far a provider's clock may be off.
const SKEW: TimeDelta = TimeDelta::seconds(30);

/// Signatures with a private key only: no `none`, and no shared secret that a client could sign with.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A client that knows where to send the browser, and perhaps where tokens and userinfo are.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// All providers of this installation, in the order of the configuration.
pub struct Providers(Vec<Provider>);

/// One provider.
pub struct Provider {
    pub name: String,
    pub label: String,
    pub kind: ProviderKind,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect: RedirectUrl,
    http: Http,
    clock: Clock,
    known: RwLock<Option<Arc<CoreProviderMetadata>>>,
    keys_looked_at: Mutex<Option<DateTime<Utc>>>,
}

/// Where to send the browser, and what to remember until it comes back.
pub struct Departure {
    pub address: String,
    pub state: String,
    pub nonce: String,
    pub pkce_verifier: String,
}

/// What a provider says about a person, after every check.
#[derive(Clone, Debug)]
pub struct Claims {
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
}

/// Why a provider's answer leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It can't be reached, is slow, or speaks something else.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// What it says does not hold.
    #[error("rejected: {0}")]
    Rejected(String),
}

impl Providers {
    /// # Errors
    /// When an address can't be built from the configuration.
    pub fn new(config: &Config, clock: &Clock) -> anyhow::Result<Self> {
        let http = Http::new()?;
        let build = |provider: &ProviderConfig| -> anyhow::Result<Provider> {
            let callback = config.base_url.link(&format!("/auth/{}/callback", provider.name));
            Ok(Provider {
                name: provider.name.clone(),
                label: provider.label.clone(),
                kind: provider.kind,
                issuer: IssuerUrl::new(provider.issuer.as_str().trim_end_matches('/').to_owned())?,
                client_id: ClientId::new(provider.client_id.clone()),
                client_secret: ClientSecret::new(provider.client_secret.expose_secret().to_owned()),
                redirect: RedirectUrl::new(callback)?,
                http: http.clone(),
                clock: clock.clone(),
                known: RwLock::default(),
                keys_looked_at: Mutex::default(),
            })
        };
        Ok(Self(config.providers.iter().map(build).collect::<Result<_, _>>()?))
    }

    /// All of them, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    /// The provider of this name.
    pub fn get(&self, name: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.name == name)
    }

    /// Asks the providers whose addresses are not known yet; tells whether all are known now.
    pub async fn discover_missing(&self) -> bool {
        let mut all = true;
        for provider in self.iter().filter(|provider| !provider.is_available()) {
            if let Err(failure) = provider.discover().await {
                tracing::warn!(provider = provider.name, %failure, "discovery failed");
                all = false;
            }
        }
        all
    }
}

impl Provider {
    /// Whether its addresses and keys are known.
    pub fn is_available(&self) -> bool {
        self.metadata().is_some()
    }

    /// Asks for its addresses and keys.
    ///
    /// # Errors
    /// When it does not answer, or answers for another issuer.
    pub async fn discover(&self) -> Result<Arc<CoreProviderMetadata>, Failure> {
        let send = |request: HttpRequest| self.http.send(request);
        let asked = timeout(PATIENCE, CoreProviderMetadata::discover_async(self.issuer.clone(), &send)).await;
        let metadata = Arc::new(asked.map_err(unavailable)?.map_err(unavailable)?);
        self.remember(metadata.clone());
        Ok(metadata)
    }

    /// Begins a sign-in: authorization code with PKCE (S256), state and nonce.
    ///
    /// # Errors
    /// When its addresses are not known and can't be had now.
    pub async fn depart(&self, choose_account: bool) -> Result<Departure, Failure> {
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
        if choose_account {
            request = request.add_prompt(CoreAuthPrompt::SelectAccount);
        }
        let (address, state, nonce) = request.url();
        Ok(Departure {
            address: address.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            pkce_verifier: verifier.into_secret(),
        })
    }

    /// Finishes a sign-in: redeems the code and checks what comes back.
    ///
    /// # Errors
    /// When the provider can't be asked within ten seconds, or what it says does not hold.
    pub async fn arrive(
        &self,
        code: String,
        nonce: String,
        pkce_verifier: String,
    ) -> Result<Claims, Failure> {
        timeout(PATIENCE, self.redeem(code, Nonce::new(nonce), PkceCodeVerifier::new(pkce_verifier)))
            .await
            .map_err(unavailable)?
    }

    /// Whether `iss` of a callback (RFC 9207) is this provider, where it was sent at all.
    pub fn is_issuer(&self, iss: Option<&str>) -> bool {
        let own = self.metadata().map_or_else(|| self.issuer.clone(), |metadata| metadata.issuer().clone());
        iss.is_none_or(|iss| iss == own.as_str())
    }

    async fn redeem(
        &self,
        code: String,
        nonce: Nonce,
        verifier: PkceCodeVerifier,
    ) -> Result<Claims, Failure> {
        let metadata = self.metadata_or_discover().await?;
        let client = self.client(&metadata);
        let send = |request: HttpRequest| self.http.send(request);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(rejected)?
            .set_pkce_verifier(verifier)
            .request_async(&send)
            .await
            .map_err(token_failure)?;
        let id_token = tokens.id_token().ok_or_else(|| Failure::Rejected("no ID token".to_owned()))?;
        let claims = self.verify(&metadata, id_token, &nonce).await?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(rejected)?;
            let verifier = self.verifier(&metadata);
            let key = id_token.signing_key(&verifier).map_err(rejected)?;
            let actual =
                AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(rejected)?;
            if actual != *expected {
                return Err(Failure::Rejected("the access token is not the ID token's".to_owned()));
            }
        }
        if claims.email().is_some() || metadata.userinfo_endpoint().is_none() {
            return Ok(self.claims(&claims, None));
        }
        let request = client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .map_err(rejected)?;
        let user_info: CoreUserInfoClaims = request.request_async(&send).await.map_err(unavailable)?;
        Ok(self.claims(&claims, Some(&user_info)))
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let secret = Some(self.client_secret.clone());
        CoreClient::from_provider_metadata(metadata.clone(), self.client_id.clone(), secret)
            .set_redirect_uri(self.redirect.clone())
    }

    /// Checks signature, algorithm, issuer, audience, times and nonce. A token signed with a key that is not
    /// known makes the keys be looked at again, at most once a minute.
    async fn verify(
        &self,
        metadata: &CoreProviderMetadata,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, Failure> {
        let mut result = token.claims(&self.verifier(metadata), nonce).cloned();
        if is_unknown_key(&result) && self.may_look_at_keys() {
            let fresh = self.refresh_keys(metadata).await?;
            result = token.claims(&self.verifier(&fresh), nonce).cloned();
        }
        let claims = result.map_err(|error| self.explain(&error))?;
        self.check_the_rest(token)?;
        Ok(claims)
    }

    fn verifier(&self, metadata: &CoreProviderMetadata) -> CoreIdTokenVerifier<'static> {
        let now = self.clock.now();
        CoreIdTokenVerifier::new_confidential_client(
            self.client_id.clone(),
            self.client_secret.clone(),
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now - SKEW)
        .set_issue_time_verifier_fn(move |issued| {
            if issued > now + SKEW { Err(format!("issued at {issued}, now is {now}")) } else { Ok(()) }
        })
    }

    /// What the verifier leaves alone: `nbf` (RFC 7519, section 4.1.5) and `azp` (OpenID Connect Core, section
    /// 3.1.3.7, step 5). The signature has been checked.
    fn check_the_rest(&self, token: &CoreIdToken) -> Result<(), Failure> {
        #[derive(serde::Deserialize)]
        struct Rest {
            nbf: Option<i64>,
            azp: Option<String>,
        }
        let text = token.to_string();
        let payload = text.split('.').nth(1).unwrap_or_default();
        let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).map_err(rejected)?;
        let rest: Rest = serde_json::from_slice(&payload).map_err(rejected)?;
        if rest.azp.is_some_and(|party| party != *self.client_id.as_str()) {
            return Err(Failure::Rejected("made for another client".to_owned()));
        }
        if rest.nbf.is_some_and(|nbf| nbf > (self.clock.now() + SKEW).timestamp()) {
            return Err(Failure::Rejected("not valid yet: is a clock wrong, here or there?".to_owned()));
        }
        Ok(())
    }

    fn explain(&self, error: &ClaimsVerificationError) -> Failure {
        let hint = match error {
            ClaimsVerificationError::Expired(_) => " (is a clock wrong, here or there?)",
            ClaimsVerificationError::Other(_) => " (if it speaks of time: is a clock wrong, here or there?)",
            _ => "",
        };
        tracing::warn!(provider = self.name, %error, "ID token refused{hint}");
        Failure::Rejected(error.to_string())
    }

    fn may_look_at_keys(&self) -> bool {
        let now = self.clock.now();
        let mut looked = self.keys_looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let may = looked.is_none_or(|at| now - at >= KEYS_AT_MOST_EVERY);
        if may {
            *looked = Some(now);
        }
        may
    }

    async fn refresh_keys(
        &self,
        metadata: &CoreProviderMetadata,
    ) -> Result<Arc<CoreProviderMetadata>, Failure> {
        let send = |request: HttpRequest| self.http.send(request);
        let keys = CoreJsonWebKeySet::fetch_async(metadata.jwks_uri(), &send).await.map_err(unavailable)?;
        let fresh = Arc::new(metadata.clone().set_jwks(keys));
        self.remember(fresh.clone());
        Ok(fresh)
    }

    fn claims(&self, token: &CoreIdTokenClaims, user_info: Option<&CoreUserInfoClaims>) -> Claims {
        let email = token.email().or_else(|| user_info?.email()).map(|email| email.to_string());
        // The flag must come from where the address came from.
        let verified = match token.email() {
            Some(_) => token.email_verified(),
            None => user_info.and_then(CoreUserInfoClaims::email_verified),
        };
        let token_name = token.name().and_then(|name| name.get(None));
        let name = token_name.or_else(|| user_info?.name()?.get(None));
        Claims {
            provider: self.name.clone(),
            issuer: token.issuer().to_string(),
            subject: token.subject().to_string(),
            email,
            email_verified: verified.unwrap_or(false),
            name: name.map(|name| name.to_string()),
        }
    }

    fn metadata(&self) -> Option<Arc<CoreProviderMetadata>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn metadata_or_discover(&self) -> Result<Arc<CoreProviderMetadata>, Failure> {
        match self.metadata() {
            Some(metadata) => Ok(metadata),
            None => self.discover().await,
        }
    }

    fn remember(&self, metadata: Arc<CoreProviderMetadata>) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(metadata);
    }
}

fn is_unknown_key(result: &Result<CoreIdTokenClaims, ClaimsVerificationError>) -> bool {
    matches!(
        result,
        Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
    )
}

fn token_failure<R, T>(error: openidconnect::RequestTokenError<R, T>) -> Failure
where
    R: std::error::Error + 'static,
    T: openidconnect::ErrorResponse + 'static,
{
    match error {
        openidconnect::RequestTokenError::ServerResponse(answer) => Failure::Rejected(format!("{answer:?}")),
        // JSON that is no token response is an answer that does not hold; anything else is no answer.
        openidconnect::RequestTokenError::Parse(e, body)
            if serde_json::from_slice::<serde_json::Value>(&body).is_ok() =>
        {
            Failure::Rejected(e.to_string())
        }
        other => Failure::Unavailable(other.to_string()),
    }
}

fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::Unavailable(error.to_string())
}

fn rejected(error: impl std::fmt::Display) -> Failure {
    Failure::Rejected(error.to_string())
}
