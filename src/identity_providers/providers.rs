//! All providers of this installation.

use std::time::Duration;

use super::http::Http;
use super::provider::IdentityProvider;
use crate::clock::Clock;
use crate::config::{Config, ProviderConfig};

/// How often it is looked whether a provider is to be asked for its addresses and keys.
pub const DISCOVERY_RETRY: Duration = Duration::from_secs(20);

/// All providers of this installation, in the order of the configuration.
pub struct IdentityProviders(Vec<IdentityProvider>);

impl IdentityProviders {
    /// # Errors
    /// When an address can't be built from the configuration.
    pub fn new(config: &Config, clock: &Clock) -> anyhow::Result<Self> {
        let http = Http::new()?;
        let build = |provider: &ProviderConfig| IdentityProvider::new(provider, config, &http, clock);
        Ok(Self(config.providers.iter().map(build).collect::<Result<_, _>>()?))
    }

    /// All of them, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &IdentityProvider> {
        self.0.iter()
    }

    /// The provider of this name.
    pub fn get(&self, name: &str) -> Option<&IdentityProvider> {
        self.0.iter().find(|provider| provider.name == name)
    }

    /// Asks the providers whose addresses and keys are not known, or were asked for a while ago. One that does not
    /// answer is known as before.
    pub async fn discover_due(&self) {
        for provider in self.iter().filter(|provider| provider.is_due()) {
            if let Err(failure) = provider.discover().await {
                tracing::warn!(provider = provider.name, %failure, "discovery failed");
            }
        }
    }
}
