//! The way to the provider (OpenID Connect Core, section 3.1.2.1).

use std::time::Duration;

use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, Scope};

use super::relying_party::RelyingParty;
use crate::identity_providers::authorization::AuthorizationRequest;
use crate::identity_providers::failure::Failure;

/// A provider asks whom it has known for longer than this; as long as a session lasts.
const OLDEST_LOGIN: Duration = Duration::from_hours(30 * 24);

impl RelyingParty {
    /// Where to send the browser; `prompt` as the provider spells it.
    ///
    /// # Errors
    /// When its addresses are not known and can't be had now.
    pub async fn authorize(&self, prompt: Option<&'static str>) -> Result<AuthorizationRequest, Failure> {
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
        Ok(AuthorizationRequest {
            address: address.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            pkce_verifier: verifier.into_secret(),
        })
    }
}
