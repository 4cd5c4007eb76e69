//! Sending the browser to a provider: what is asked, and what is remembered until it comes back.

use crate::config::ProviderKind;

/// How the provider is to treat a person whom it knows already (OpenID Connect Core, section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// As it likes; mostly it asks nothing.
    Usual,
    /// Offer another account.
    SelectAccount,
    /// Authenticate the person afresh, where the provider can; offer another account where it can't.
    Login,
}

/// Where to send the browser, and what to remember until it comes back.
pub struct AuthorizationRequest {
    pub address: String,
    pub state: String,
    /// Empty where there is no ID token to bind.
    pub nonce: String,
    pub pkce_verifier: String,
}

/// What the browser comes back with, and what was remembered for it.
pub struct AuthorizationResponse {
    pub code: String,
    /// Who the answer says it is from (RFC 9207).
    pub iss: Option<String>,
    pub nonce: String,
    pub pkce_verifier: String,
}

impl Prompt {
    /// The value of `prompt`. Google and GitHub refuse or ignore `login`; of others not all know `select_account`,
    /// and all offer another account when they ask afresh.
    pub(super) fn as_spoken_by(self, kind: &ProviderKind) -> Option<&'static str> {
        match (self, kind) {
            (Self::Usual, _) => None,
            (_, ProviderKind::Oidc | ProviderKind::GitLab) | (Self::Login, ProviderKind::Microsoft) => {
                Some("login")
            }
            (Self::Login | Self::SelectAccount, _) => Some("select_account"),
        }
    }
}
