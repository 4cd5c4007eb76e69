//! The way to the provider (OpenID Connect Core, section 3.1.2.1).

use std::time::Duration;

use oauth2::{CsrfToken, PkceCodeChallenge, Scope};

use super::relying_party::RelyingParty;
use crate::identity_providers::authorization::AuthorizationRequest;
use crate::identity_providers::failure::{Failure, unavailable};
use crate::random;

/// A provider asks whom it has known for longer than this; as long as a session lasts.
const OLDEST_LOGIN: Duration = Duration::from_hours(30 * 24);

impl RelyingParty {
    /// Where to send the browser; `prompt` as the provider spells it.
    ///
    /// # Errors
    /// When its addresses are not known and can't be had now.
    pub async fn authorize(&self, prompt: Option<&'static str>) -> Result<AuthorizationRequest, Failure> {
        let metadata = self.metadata_or_discover().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = random::token().map_err(unavailable)?;
        let client = self.client(&metadata);
        let scopes = ["openid", "email", "profile"].map(|scope| Scope::new(scope.to_owned()));
        // Makes the provider tell when it asked (OpenID Connect Core, section 3.1.2.1). Google ignores it.
        let max_age = if prompt == Some("login") { Duration::ZERO } else { OLDEST_LOGIN };
        let mut request = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .add_extra_param("nonce", &nonce)
            .add_extra_param("max_age", max_age.as_secs().to_string());
        if let Some(prompt) = prompt {
            request = request.add_extra_param("prompt", prompt);
        }
        let (address, state) = request.url();
        Ok(AuthorizationRequest {
            address: address.into(),
            state: state.into_secret(),
            nonce,
            pkce_verifier: verifier.into_secret(),
        })
    }
}
