//! This installation at GitHub, and the way there.

use oauth2::{AuthType, AuthUrl, CsrfToken, PkceCodeChallenge, Scope, TokenUrl};
use url::Url;

use crate::identity_providers::authorization::AuthorizationRequest;
use crate::identity_providers::client::Client;
use crate::identity_providers::registration::Registration;

/// This installation, as an OAuth app at GitHub.
pub struct App {
    pub(super) registration: Registration,
    pub(super) client: Client,
    /// Where its pages are, without a trailing slash: the namespace of its numbers.
    pub(super) base: String,
    pub(super) api: String,
}

impl App {
    pub fn new(registration: Registration, base: &Url, api: &Url) -> anyhow::Result<Self> {
        let base = base.as_str().trim_end_matches('/').to_owned();
        let authorization = AuthUrl::new(format!("{base}/login/oauth/authorize"))?;
        let token = TokenUrl::new(format!("{base}/login/oauth/access_token"))?;
        let client = registration.client(authorization, token, AuthType::RequestBody);
        Ok(Self { registration, client, base, api: api.as_str().trim_end_matches('/').to_owned() })
    }

    pub fn authorize(&self, prompt: Option<&'static str>) -> AuthorizationRequest {
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
        AuthorizationRequest {
            address: address.into(),
            state: state.into_secret(),
            nonce: String::new(),
            pkce_verifier: verifier.into_secret(),
        }
    }

    /// Its pages' address, or the issuer that its metadata documents name for RFC 9207.
    pub(super) fn is_issuer(&self, iss: &str) -> bool {
        iss.strip_prefix(&self.base).is_some_and(|rest| matches!(rest, "" | "/login/oauth"))
    }
}
