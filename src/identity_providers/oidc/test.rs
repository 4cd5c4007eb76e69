//! Trying a provider out, signing no one in.

use std::time::Instant;

use oauth2::AuthorizationCode;

use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use crate::identity_providers::credentials::{MADE_UP_CODE, try_credentials};
use crate::identity_providers::finding::Finding;

impl RelyingParty {
    /// Whether it is there, and accepts the client id and secret.
    pub async fn test(&self) -> Vec<Finding> {
        let (label, began) = (&self.registration.label, Instant::now());
        let metadata = match self.discover().await {
            Ok(metadata) => metadata,
            Err(undiscovered) => return vec![Finding::bad(format!("{label} {undiscovered}."))],
        };
        let took = began.elapsed().as_millis();
        let issuer = &metadata.document.issuer;
        let discovered = Finding::good(format!("{label} answered in {took} ms and names itself {issuer}."));
        vec![discovered, self.try_credentials(&metadata).await]
    }

    async fn try_credentials(&self, metadata: &Metadata) -> Finding {
        let client = self.client(metadata);
        let exchange = client.exchange_code(AuthorizationCode::new(MADE_UP_CODE.to_owned()));
        try_credentials(&self.registration, exchange).await
    }
}
