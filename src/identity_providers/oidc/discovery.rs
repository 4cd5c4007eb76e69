//! A provider's addresses and keys, asked for (OpenID Connect Discovery, section 4).

use std::sync::Arc;

use oauth2::http::header::ACCEPT;
use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};
use openidconnect::{DiscoveryError, HttpRequest};
use tokio::time::timeout;

use super::relying_party::RelyingParty;
use crate::identity_providers::failure::{Failure, unavailable};
use crate::identity_providers::http::HttpError;
use crate::identity_providers::registration::PATIENCE;

/// Why discovery came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Undiscovered {
    #[error("could not be reached: {0}")]
    Silent(String),
    #[error("answers for another issuer: {0}")]
    OtherIssuer(String),
}

impl From<Undiscovered> for Failure {
    fn from(undiscovered: Undiscovered) -> Self {
        unavailable(undiscovered)
    }
}

impl RelyingParty {
    /// Asks for its addresses and keys (OpenID Connect Discovery, section 4).
    pub async fn discover(&self) -> Result<Arc<CoreProviderMetadata>, Undiscovered> {
        let late = |_| Undiscovered::Silent(format!("no answer within {} seconds", PATIENCE.as_secs()));
        let metadata = Arc::new(timeout(PATIENCE, self.fetch_metadata()).await.map_err(late)??);
        self.remember(metadata.clone());
        Ok(metadata)
    }

    /// The library's own discovery would refuse Microsoft's template of an issuer, and a trailing slash.
    async fn fetch_metadata(&self) -> Result<CoreProviderMetadata, Undiscovered> {
        let silent = |error: HttpError| Undiscovered::Silent(error.to_string());
        let request = oauth2::http::Request::get(self.issuer.discovery_address())
            .header(ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|error| silent(error.into()))?;
        let metadata: CoreProviderMetadata = self.registration.http.json(request).await.map_err(silent)?;
        if !self.issuer.is_published_as(metadata.issuer()) {
            return Err(Undiscovered::OtherIssuer(metadata.issuer().chars().take(200).collect()));
        }
        let keys = self.fetch_keys(&metadata).await.map_err(Undiscovered::Silent)?;
        Ok(metadata.set_jwks(keys))
    }

    pub(super) async fn fetch_keys(
        &self,
        metadata: &CoreProviderMetadata,
    ) -> Result<CoreJsonWebKeySet, String> {
        let send = |request: HttpRequest| self.registration.http.send(request);
        CoreJsonWebKeySet::fetch_async(metadata.jwks_uri(), &send).await.map_err(|error| match error {
            DiscoveryError::Request(error) => error.to_string(),
            error => format!("its keys: {error}"),
        })
    }

    pub(super) async fn metadata_or_discover(&self) -> Result<Arc<CoreProviderMetadata>, Failure> {
        match self.metadata() {
            Some(metadata) => Ok(metadata),
            None => Ok(self.discover().await?),
        }
    }
}
