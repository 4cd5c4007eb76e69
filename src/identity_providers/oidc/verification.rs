//! Whether an ID token holds (OpenID Connect Core, section 3.1.3.7).

use std::sync::Arc;

use oauth2::AccessToken;
use openidconnect::AccessTokenHash;
use openidconnect::core::CoreJsonWebKey;

use super::claims::IdTokenClaims;
use super::id_token::IdToken;
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use crate::clock::SKEW;
use crate::identity_providers::failure::{Failure, rejected};
use crate::identity_providers::json;

/// As much of what is wrong as is told, in characters.
const LONGEST_REASON: usize = 200;
const HINT: &str = "is a clock wrong, here or there?";

impl RelyingParty {
    /// Checks signature, algorithm, issuer, audience, times, nonce and, where the token names it, the access token. Gives
    /// what is known of the provider by now, too.
    ///
    /// # Errors
    /// When one of them does not hold; when the keys have to be asked for and can't be had.
    pub(super) async fn verify(
        &self,
        metadata: &Arc<Metadata>,
        token: &IdToken,
        nonce: &str,
        access_token: &AccessToken,
    ) -> Result<(IdTokenClaims, Arc<Metadata>), Failure> {
        let (key, metadata) = self.signing_key(metadata, token).await?;
        let claims: IdTokenClaims =
            json::read(&token.payload).map_err(|error| rejected(short(&error.to_string())))?;
        self.check_issuer(&claims, &metadata)?;
        self.check_audience(&claims)?;
        self.check_times(&claims)?;
        if claims.nonce.as_deref() != Some(nonce) {
            return Err(rejected("made for another sign-in (nonce)"));
        }
        check_access_token(&claims, token, &key, access_token)?;
        Ok((claims, metadata))
    }

    /// Where no known key fits, the keys are asked for again: they may have changed, under the same name or under none.
    pub(super) async fn signing_key(
        &self,
        metadata: &Arc<Metadata>,
        token: &IdToken,
    ) -> Result<(CoreJsonWebKey, Arc<Metadata>), Failure> {
        if let Some(key) = metadata.keys.that_signed(token) {
            return Ok((key.clone(), metadata.clone()));
        }
        if let Some(fresh) = self.look_again(&self.looked_at_keys, metadata).await?
            && let Some(key) = fresh.keys.that_signed(token)
        {
            return Ok((key.clone(), fresh));
        }
        let known = self.metadata().is_some_and(|metadata| metadata.keys.knows(token));
        Err(rejected(match &token.key_id {
            Some(id) if !known => format!("signed with a key that is not published: {:?}", short(id)),
            _ => "the signature is none of the published keys'".to_owned(),
        }))
    }

    /// The issuer is exactly the one that the provider publishes or, at Microsoft, that of the person's tenant.
    fn check_issuer(&self, claims: &IdTokenClaims, metadata: &Metadata) -> Result<(), Failure> {
        let is_its_own = if self.issuer.is_a_template() {
            claims.tid.as_deref().is_some_and(|tenant| self.issuer.is_of_tenant(&claims.iss, tenant))
        } else {
            claims.iss == metadata.document.issuer
        };
        if is_its_own { Ok(()) } else { Err(rejected(format!("issued by {:?}", short(&claims.iss)))) }
    }

    /// A token that is for others, too, says that it was made for us (`azp`).
    fn check_audience(&self, claims: &IdTokenClaims) -> Result<(), Failure> {
        let us = self.registration.client_id.as_str();
        let is_made_for_us = claims.azp.as_ref().map_or(claims.aud.is_only(us), |party| party == us);
        if claims.aud.includes(us) && is_made_for_us {
            Ok(())
        } else {
            Err(rejected("made for another client"))
        }
    }

    fn check_times(&self, claims: &IdTokenClaims) -> Result<(), Failure> {
        let now = self.clock.wall();
        let (earliest, latest) = ((now - SKEW).timestamp(), (now + SKEW).timestamp());
        // Whole seconds are exact in either type for millions of years.
        #[allow(clippy::cast_precision_loss)]
        let (earliest, latest) = (earliest as f64, latest as f64);
        if claims.exp <= earliest {
            return Err(rejected(format!("expired: {HINT}")));
        }
        if claims.iat > latest || claims.nbf.is_some_and(|nbf| nbf > latest) {
            return Err(rejected(format!("not valid yet: {HINT}")));
        }
        Ok(())
    }
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST_REASON).collect()
}

/// OpenID Connect Core, section 3.1.3.8.
fn check_access_token(
    claims: &IdTokenClaims,
    token: &IdToken,
    key: &CoreJsonWebKey,
    access_token: &AccessToken,
) -> Result<(), Failure> {
    let Some(expected) = &claims.at_hash else { return Ok(()) };
    let actual = AccessTokenHash::from_token(access_token, &token.algorithm, key).map_err(rejected)?;
    if actual == AccessTokenHash::new(expected.clone()) {
        return Ok(());
    }
    Err(rejected("the access token is not the ID token's"))
}
