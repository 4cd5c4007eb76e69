//! This installation and one provider: what is known of it.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use url::Url;

use super::issuer::Issuer;
use super::metadata::Metadata;
use crate::clock::Clock;
use crate::config::ProviderKind;
use crate::identity_providers::client::Client;
use crate::identity_providers::registration::Registration;

/// This installation, as the relying party of one provider.
pub struct RelyingParty {
    pub(super) registration: Registration,
    pub(super) kind: ProviderKind,
    pub(super) issuer: Issuer,
    pub(super) clock: Clock,
    known: RwLock<Option<Arc<Metadata>>>,
    asked_at: RwLock<Option<DateTime<Utc>>>,
    /// Held while it is asked, so that no older answer takes the place of a newer one.
    pub(super) asking: Mutex<()>,
    /// When keys, and when addresses, were last looked at because they did not fit.
    pub(super) looked_at_keys: Mutex<Option<DateTime<Utc>>>,
    pub(super) looked_at_addresses: Mutex<Option<DateTime<Utc>>>,
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
            asked_at: RwLock::default(),
            asking: Mutex::default(),
            looked_at_keys: Mutex::default(),
            looked_at_addresses: Mutex::default(),
        }
    }

    /// Whether its addresses and keys are known.
    pub fn is_discovered(&self) -> bool {
        self.metadata().is_some()
    }

    /// A client for what `metadata` names.
    pub(super) fn client(&self, metadata: &Metadata) -> Client {
        let document = &metadata.document;
        let (authorization, token) =
            (document.authorization_endpoint.clone(), document.token_endpoint.clone());
        self.registration.client(authorization, token, document.auth_type())
    }

    pub(super) fn metadata(&self) -> Option<Arc<Metadata>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn remember(&self, metadata: Arc<Metadata>) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(metadata);
    }

    pub(super) fn asked_at(&self) -> Option<DateTime<Utc>> {
        *self.asked_at.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn remember_asking(&self) {
        *self.asked_at.write().unwrap_or_else(PoisonError::into_inner) = Some(self.clock.now());
    }
}
