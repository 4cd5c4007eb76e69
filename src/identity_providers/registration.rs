//! This installation, as a provider knows it.

use std::time::Duration;

use oauth2::{ClientId, ClientSecret, RedirectUrl};

use super::http::Http;

/// How long the exchanges of one callback may take together.
pub const PATIENCE: Duration = Duration::from_secs(9);

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
}
