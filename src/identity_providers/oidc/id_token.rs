//! Whether an ID token holds (OpenID Connect Core, section 3.1.3.7).

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreProviderMetadata};
use openidconnect::{AccessToken, AccessTokenHash, Nonce};
use serde::Deserialize;
use serde_json::Value;

use super::keys::is_unknown_key;
use super::relying_party::RelyingParty;
use crate::clock::SKEW;
use crate::identity_providers::failure::{Failure, rejected};

/// Claims beyond the library's: `nbf` (RFC 7519, section 4.1.5), `azp` (OpenID Connect Core, section 2), and what
/// Google (`hd`) and Microsoft (`tid`, `xms_edov`) add. Others may use those names for something else, which must
/// not keep their people out.
#[derive(Deserialize)]
pub struct Extras {
    nbf: Option<i64>,
    azp: Option<String>,
    #[serde(default)]
    tid: Value,
    #[serde(default)]
    pub hd: Value,
    #[serde(default)]
    pub xms_edov: Value,
}

impl RelyingParty {
    /// Checks signature, algorithm, issuer, audience, times and nonce. A token signed with a key that is not
    /// known makes the keys be looked at again, at most once a minute. Gives the keys that verified it, too.
    pub(super) async fn verify(
        &self,
        mut metadata: Arc<CoreProviderMetadata>,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<(CoreIdTokenClaims, Extras, Arc<CoreProviderMetadata>), Failure> {
        let mut result = token.claims(&self.verifier(&metadata), nonce).cloned();
        if is_unknown_key(&result) && self.may_look_at_keys() {
            metadata = self.refresh_keys(&metadata).await?;
            result = token.claims(&self.verifier(&metadata), nonce).cloned();
        }
        let claims = result.map_err(|error| self.explain(&error))?;
        let extras = extras(token)?;
        self.check_the_rest(&claims, &extras)?;
        Ok((claims, extras, metadata))
    }

    /// Checks `at_hash` where the token has one (OpenID Connect Core, section 3.1.3.8).
    pub(super) fn check_access_token(
        &self,
        metadata: &CoreProviderMetadata,
        id_token: &CoreIdToken,
        claims: &CoreIdTokenClaims,
        access_token: &AccessToken,
    ) -> Result<(), Failure> {
        let Some(expected) = claims.access_token_hash() else { return Ok(()) };
        let algorithm = id_token.signing_alg().map_err(rejected)?;
        let verifier = self.verifier(metadata);
        let key = id_token.signing_key(&verifier).map_err(rejected)?;
        let actual = AccessTokenHash::from_token(access_token, algorithm, key).map_err(rejected)?;
        if actual == *expected {
            return Ok(());
        }
        Err(Failure::Rejected("the access token is not the ID token's".to_owned()))
    }

    /// What the verifier leaves alone: a tenant's issuer, `azp` and `nbf`. The signature has been checked.
    fn check_the_rest(&self, claims: &CoreIdTokenClaims, extras: &Extras) -> Result<(), Failure> {
        if self.issuer.is_a_template() && !self.issuer.is_of_tenant(claims.issuer(), &extras.tid) {
            return Err(Failure::Rejected(format!("issued by {:?}", claims.issuer().as_str())));
        }
        if extras.azp.as_ref().is_some_and(|party| *party != *self.registration.client_id.as_str()) {
            return Err(Failure::Rejected("made for another client".to_owned()));
        }
        if extras.nbf.is_some_and(|nbf| nbf > (self.clock.wall() + SKEW).timestamp()) {
            return Err(Failure::Rejected("not valid yet: is a clock wrong, here or there?".to_owned()));
        }
        Ok(())
    }
}

fn extras(token: &CoreIdToken) -> Result<Extras, Failure> {
    let text = token.to_string();
    let payload = text.split('.').nth(1).unwrap_or_default();
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).map_err(rejected)?;
    serde_json::from_slice(&payload).map_err(rejected)
}
