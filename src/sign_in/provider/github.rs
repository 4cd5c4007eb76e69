//! GitHub, on github.com and Enterprise Server: OAuth 2 without ID tokens. Who somebody is comes from its API.

use std::time::Instant;

use oauth2::basic::BasicClient;
use oauth2::http::StatusCode;
use oauth2::http::header::{ACCEPT, AUTHORIZATION};
use oauth2::{
    AccessToken, AuthType, AuthUrl, AuthorizationCode, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest,
    PkceCodeChallenge, PkceCodeVerifier, Scope, TokenResponse, TokenUrl,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use url::Url;

use super::finding::{Finding, MADE_UP_CODE, try_credentials};
use super::{Claims, Departure, Failure, PATIENCE, Registration, rejected, token_failure, unavailable};
use crate::sign_in::http::HttpError;

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// This installation, as an OAuth app at GitHub.
pub struct App {
    registration: Registration,
    client: Client,
    /// Where its pages are, without a trailing slash: the namespace of its numbers.
    base: String,
    api: String,
}

/// `GET /user`, as far as it is of use.
#[derive(Deserialize)]
struct Account {
    id: u64,
    login: String,
    name: Option<String>,
}

/// One entry of `GET /user/emails`.
#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

impl App {
    pub fn new(registration: Registration, base: &Url, api: &Url) -> anyhow::Result<Self> {
        let base = base.as_str().trim_end_matches('/').to_owned();
        let client = BasicClient::new(registration.client_id.clone())
            .set_client_secret(registration.client_secret.clone())
            .set_auth_type(AuthType::RequestBody)
            .set_redirect_uri(registration.redirect.clone())
            .set_auth_uri(AuthUrl::new(format!("{base}/login/oauth/authorize"))?)
            .set_token_uri(TokenUrl::new(format!("{base}/login/oauth/access_token"))?);
        Ok(Self { registration, client, base, api: api.as_str().trim_end_matches('/').to_owned() })
    }

    pub fn depart(&self, prompt: Option<&'static str>) -> Departure {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = self
            .client
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new("read:user".to_owned()))
            .add_scope(Scope::new("user:email".to_owned()))
            .set_pkce_challenge(challenge);
        if let Some(prompt) = prompt {
            request = request.add_extra_param("prompt", prompt);
        }
        let (address, state) = request.url();
        Departure {
            address: address.into(),
            state: state.into_secret(),
            nonce: String::new(),
            pkce_verifier: verifier.into_secret(),
        }
    }

    pub async fn arrive(&self, code: String, pkce_verifier: String) -> Result<Claims, Failure> {
        let send = |request: HttpRequest| self.registration.http.send(request);
        let tokens = self
            .client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier))
            .request_async(&send)
            .await
            .map_err(token_failure)?;
        let token = tokens.access_token();
        let (account, addresses) =
            tokio::try_join!(self.read("/user", token), self.read("/user/emails?per_page=100", token))?;
        Ok(self.claims(account, addresses))
    }

    /// Its pages' address, or the issuer that its metadata documents name for RFC 9207.
    pub fn is_issuer(&self, iss: &str) -> bool {
        iss.strip_prefix(&self.base).is_some_and(|rest| matches!(rest, "" | "/login/oauth"))
    }

    /// Only the primary address counts: the others may be anybody's who once had them (rule 2.6).
    fn claims(&self, account: Account, addresses: Vec<Address>) -> Claims {
        let primary = addresses.into_iter().find(|address| address.primary);
        let name = account.name.filter(|name| !name.trim().is_empty());
        Claims {
            provider: self.registration.provider.clone(),
            issuer: self.base.clone(),
            subject: account.id.to_string(),
            email_verified: primary.as_ref().is_some_and(|address| address.verified),
            email: primary.map(|address| address.email),
            name: Some(name.unwrap_or(account.login)),
            authenticated_at: None,
        }
    }

    async fn read<T: DeserializeOwned>(&self, path: &str, token: &AccessToken) -> Result<T, Failure> {
        let request = self.request(path, Some(token)).map_err(unavailable)?;
        self.registration.http.json(request).await.map_err(|error| match error {
            HttpError::Misfit(_) => rejected(format!("{path}: {error}")),
            // Without the scope, or the permission of a GitHub app, an address is not there or not allowed.
            HttpError::Status(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
                rejected(format!("{path}: {error}; may the app read e-mail addresses?"))
            }
            _ => unavailable(format!("{path}: {error}")),
        })
    }

    fn request(&self, path: &str, token: Option<&AccessToken>) -> Result<HttpRequest, oauth2::http::Error> {
        let mut request = oauth2::http::Request::get(format!("{}{path}", self.api))
            .header(ACCEPT, "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.secret()));
        }
        request.body(Vec::new())
    }

    /// Its API is asked without a token, which it refuses politely where it is GitHub's.
    pub async fn test(&self) -> Vec<Finding> {
        let exchange = self.client.exchange_code(AuthorizationCode::new(MADE_UP_CODE.to_owned()));
        let (api, credentials) = tokio::join!(self.try_api(), try_credentials(&self.registration, exchange));
        vec![api, credentials]
    }

    async fn try_api(&self) -> Finding {
        let (label, began) = (&self.registration.label, Instant::now());
        let asked = timeout(PATIENCE, async {
            let request = self.request("/user", None)?;
            self.registration.http.json::<serde_json::Value>(request).await
        });
        let problem = match asked.await {
            Ok(Err(HttpError::Status(
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS,
            ))) => {
                let took = began.elapsed().as_millis();
                return Finding::good(format!("{label}'s API answered in {took} ms at {}.", self.api));
            }
            Ok(Err(HttpError::Status(status))) => {
                format!("gave an unexpected answer (HTTP {})", status.as_u16())
            }
            Ok(Ok(_)) => "gave an unexpected answer (HTTP 200)".to_owned(),
            Ok(Err(error)) => format!("could not be reached: {error}"),
            Err(_) => format!("could not be reached: no answer within {} seconds", PATIENCE.as_secs()),
        };
        let variable = self.registration.variable("API_URL");
        Finding::bad(format!("{label}'s API at {} {problem}. {variable} says where it is.", self.api))
    }
}
