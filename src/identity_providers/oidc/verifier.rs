//! What verifies a token, and why one was refused.

use openidconnect::ClaimsVerificationError;
use openidconnect::core::{CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreProviderMetadata};

use super::relying_party::RelyingParty;
use crate::clock::SKEW;
use crate::identity_providers::failure::Failure;

/// Signatures with a private key only: no `none`, and no shared secret that a client could sign with.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

impl RelyingParty {
    /// Leaves the issuer to [`Self::check_the_rest`] where it depends on the tenant.
    pub(super) fn verifier(&self, metadata: &CoreProviderMetadata) -> CoreIdTokenVerifier<'static> {
        let now = self.clock.wall();
        CoreIdTokenVerifier::new_confidential_client(
            self.registration.client_id.clone(),
            self.registration.client_secret.clone(),
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .require_issuer_match(!self.issuer.is_a_template())
        .set_time_fn(move || now - SKEW)
        .set_issue_time_verifier_fn(move |issued| {
            if issued > now + SKEW { Err(format!("issued at {issued}, now is {now}")) } else { Ok(()) }
        })
    }

    pub(super) fn explain(&self, error: &ClaimsVerificationError) -> Failure {
        let hint = match error {
            ClaimsVerificationError::Expired(_) => " (is a clock wrong, here or there?)",
            ClaimsVerificationError::Other(_) => " (if it speaks of time: is a clock wrong, here or there?)",
            _ => "",
        };
        tracing::warn!(provider = self.registration.provider, %error, "ID token refused{hint}");
        Failure::Rejected(error.to_string())
    }
}
