//! This installation, as a provider knows it.

use std::time::Duration;

use oauth2::{ClientId, ClientSecret, RedirectUrl};

use super::authorization::AuthorizationResponse;
use super::http::Http;

/// How long finding out what a provider is may take.
pub const PATIENCE: Duration = Duration::from_secs(9);
/// How long the exchanges of one callback, or of a trial, may take together: a person waits.
pub const CALLBACK_PATIENCE: Duration = Duration::from_secs(20);

/// What a provider knows this installation by, and what it is asked with.
pub struct Registration {
    pub provider: String,
    pub label: String,
    pub client_id: ClientId,
    pub client_secret: ClientSecret,
    pub redirect: RedirectUrl,
    pub http: Http,
}

impl Registration {
    /// The environment variable of one of its settings.
    pub fn variable(&self, field: &str) -> String {
        format!("GATEHOUSE_PROVIDERS__{}__{field}", self.provider.to_uppercase())
    }

    /// The secrets that redeeming the code of `response` sends: some providers repeat them.
    pub(super) fn sent<'a>(&'a self, response: &'a AuthorizationResponse) -> [&'a str; 3] {
        [self.client_secret.secret(), &response.code, &response.pkce_verifier]
    }
}
