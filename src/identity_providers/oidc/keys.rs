//! A provider's keys, looked at again when a token names an unknown one.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use openidconnect::core::{CoreIdTokenClaims, CoreProviderMetadata};
use openidconnect::{ClaimsVerificationError, SignatureVerificationError};

use super::relying_party::RelyingParty;
use crate::identity_providers::failure::{Failure, unavailable};

/// The least time between two looks at a provider's keys because a token named an unknown one.
const KEYS_AT_MOST_EVERY: Duration = Duration::from_mins(1);

impl RelyingParty {
    pub(super) fn may_look_at_keys(&self) -> bool {
        let mut looked = self.keys_looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let may = looked.is_none_or(|at| at.elapsed() >= KEYS_AT_MOST_EVERY);
        if may {
            *looked = Some(Instant::now());
        }
        may
    }

    pub(super) async fn refresh_keys(
        &self,
        metadata: &CoreProviderMetadata,
    ) -> Result<Arc<CoreProviderMetadata>, Failure> {
        let keys = self.fetch_keys(metadata).await.map_err(unavailable)?;
        let fresh = Arc::new(metadata.clone().set_jwks(keys));
        self.remember(fresh.clone());
        Ok(fresh)
    }
}

pub(super) fn is_unknown_key(result: &Result<CoreIdTokenClaims, ClaimsVerificationError>) -> bool {
    matches!(
        result,
        Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
    )
}
