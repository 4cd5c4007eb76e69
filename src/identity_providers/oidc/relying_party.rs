//! This installation and one provider: what is known of it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use openidconnect::core::CoreProviderMetadata;
use url::Url;

use super::issuer::Issuer;
use crate::clock::Clock;
use crate::config::ProviderKind;
use crate::identity_providers::registration::Registration;

/// This installation, as the relying party of one provider.
pub struct RelyingParty {
    pub(super) registration: Registration,
    pub(super) kind: ProviderKind,
    pub(super) issuer: Issuer,
    pub(super) clock: Clock,
    pub(super) known: RwLock<Option<Arc<CoreProviderMetadata>>>,
    pub(super) keys_looked_at: Mutex<Option<Instant>>,
}

impl RelyingParty {
    /// The party of the provider at `issuer`.
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

    /// Whether `iss` of a callback is this provider.
    pub fn is_issuer(&self, iss: &str) -> bool {
        match self.metadata() {
            Some(metadata) if !self.issuer.is_a_template() => iss == metadata.issuer().as_str(),
            _ => self.issuer.may_be(iss),
        }
    }

    pub(super) fn metadata(&self) -> Option<Arc<CoreProviderMetadata>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn remember(&self, metadata: Arc<CoreProviderMetadata>) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(metadata);
    }
}
