//! A provider's addresses and keys, asked for (OpenID Connect Discovery, section 4).

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use oauth2::HttpRequest;
use oauth2::http::header::ACCEPT;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::keys::{KeySet, PublishedKeys};
use super::metadata::{Document, Metadata};
use super::relying_party::RelyingParty;
use crate::identity_providers::failure::{Failure, FailureKind, unavailable, unusable};
use crate::identity_providers::http::HttpError;
use crate::identity_providers::registration::PATIENCE;
use crate::visible_text::escaped;

/// The least time between two looks because something did not fit: a stranger must not make us ask.
const AGAIN_AT_MOST_EVERY: Duration = Duration::minutes(1);
/// How long what was learnt counts as fresh.
const FRESH: Duration = Duration::minutes(10);
/// As much of another issuer's name as is told, in characters.
const LONGEST_ISSUER: usize = 200;

/// Why discovery came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Undiscovered {
    #[error("could not be reached: {0}")]
    Silent(String),
    #[error("answered, but not as it should: {0}")]
    Unusable(String),
    #[error("answers for another issuer: {0}")]
    OtherIssuer(String),
}

impl From<Undiscovered> for Failure {
    fn from(undiscovered: Undiscovered) -> Self {
        match undiscovered {
            Undiscovered::Silent(_) => unavailable(undiscovered),
            _ => unusable(undiscovered),
        }
    }
}

impl Undiscovered {
    fn of(part: &str, error: HttpError) -> Self {
        let failure = Failure::from(error).at(part);
        match failure.kind {
            FailureKind::Unavailable | FailureKind::Late => Self::Silent(failure.reason()),
            _ => Self::Unusable(failure.reason()),
        }
    }
}

impl RelyingParty {
    /// Asks for its addresses and keys.
    pub async fn discover(&self) -> Result<Arc<Metadata>, Undiscovered> {
        let _alone = self.asking.lock().await;
        self.remember_asking();
        let late = |_| Undiscovered::Silent(format!("no answer within {} seconds", PATIENCE.as_secs()));
        let metadata = Arc::new(timeout(PATIENCE, self.fetch()).await.map_err(late)??);
        self.remember(metadata.clone());
        Ok(metadata)
    }

    /// The library's own discovery would refuse Microsoft's template of an issuer, a trailing slash, and everyone
    /// whose provider publishes something odd beside what is needed.
    async fn fetch(&self) -> Result<Metadata, Undiscovered> {
        let (part, address) = ("its discovery document", self.issuer.discovery_address());
        let document: Document = self.ask(part, &address).await?;
        if !self.issuer.is_published_as(&document.issuer) {
            return Err(Undiscovered::OtherIssuer(escaped(&document.issuer, LONGEST_ISSUER)));
        }
        if let Some(problem) = document.bad_address() {
            return Err(Undiscovered::Unusable(problem));
        }
        let part = "its keys";
        let published: PublishedKeys = self.ask(part, &document.jwks_uri).await?;
        let keys = KeySet::of(&published);
        let keys = keys.ok_or_else(|| Undiscovered::Unusable(format!("{part}: none can be used")))?;
        Ok(Metadata { document, keys })
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        part: &str,
        address: &str,
    ) -> Result<T, Undiscovered> {
        let request: Result<HttpRequest, _> =
            oauth2::http::Request::get(address).header(ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|error| Undiscovered::Unusable(format!("{part}: {error}")))?;
        self.registration.http.json(request).await.map_err(|error| Undiscovered::of(part, error))
    }

    pub(super) async fn metadata_or_discover(&self) -> Result<Arc<Metadata>, Failure> {
        match self.metadata() {
            Some(metadata) => Ok(metadata),
            None => Ok(self.discover().await?),
        }
    }

    /// What the provider says now, where `known` did not fit: asked by one at a time, at most once a minute after `looked`.
    /// None when there is nothing newer.
    ///
    /// # Errors
    /// When it can't be asked.
    pub(super) async fn look_again(
        &self,
        looked: &Mutex<Option<DateTime<Utc>>>,
        known: &Arc<Metadata>,
    ) -> Result<Option<Arc<Metadata>>, Failure> {
        let mut looked = looked.lock().await;
        if let Some(newer) = self.metadata().filter(|now| !Arc::ptr_eq(now, known)) {
            return Ok(Some(newer));
        }
        let now = self.clock.now();
        if looked.is_some_and(|at| now - at < AGAIN_AT_MOST_EVERY) {
            return Ok(None);
        }
        *looked = Some(now);
        Ok(Some(self.discover().await?))
    }

    /// Whether nothing is known of it, or it was asked a while ago: addresses and keys move.
    pub fn is_due(&self) -> bool {
        !self.is_discovered() || self.asked_at().is_none_or(|at| self.clock.now() - at >= FRESH)
    }
}
