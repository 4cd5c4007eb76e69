//! The way back: a code becomes tokens (RFC 6749, section 4.1.3).

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, Audience, EmptyAdditionalClaims, EndUserEmail, EndUserName, LocalizedClaim, Nonce,
    StandardClaims, SubjectIdentifier,
};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::state::{Grant, State};
use crate::random;

/// How long a code may be redeemed.
const CODE_LIFETIME: Duration = Duration::from_mins(1);
/// How long an ID token holds.
const TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(5);

#[derive(Deserialize)]
pub(super) struct TokenRequest {
    grant_type: String,
    code: String,
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
}

/// RFC 6749, section 4.1.3, with RFC 7636: the code, once, by the client that asked, with its verifier.
pub(super) async fn redeem(
    state: web::Data<State>,
    request: HttpRequest,
    form: web::Form<TokenRequest>,
) -> HttpResponse {
    if !state.is_client(&request) {
        return HttpResponse::Unauthorized().json(json!({ "error": "invalid_client" }));
    }
    let grant = state.remember().codes.remove(&form.code);
    let proof = BASE64URL_NOPAD.encode(&Sha256::digest(form.code_verifier.as_bytes()));
    let valid = |grant: &Grant| {
        form.grant_type == "authorization_code"
            && form.redirect_uri == state.client.redirect
            && grant.request.challenge == proof
            && grant.made.elapsed() < CODE_LIFETIME
    };
    let Some(grant) = grant.filter(valid) else {
        return HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    };
    match state.tokens(&grant) {
        Ok(tokens) => HttpResponse::Ok().json(tokens),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

impl State {
    fn tokens(&self, grant: &Grant) -> anyhow::Result<serde_json::Value> {
        let access_token = random::token()?;
        let claimed = &grant.claimed;
        let name = LocalizedClaim::from(EndUserName::new(claimed.name.clone()));
        let standard = StandardClaims::new(SubjectIdentifier::new(subject(&claimed.email)))
            .set_email(Some(EndUserEmail::new(claimed.email.clone())))
            .set_email_verified(Some(claimed.verified))
            .set_name(Some(name));
        let claims = CoreIdTokenClaims::new(
            self.issuer.clone(),
            vec![Audience::new(self.client.id.clone())],
            Utc::now() + TOKEN_LIFETIME,
            Utc::now(),
            standard,
            EmptyAdditionalClaims {},
        )
        .set_nonce(Some(Nonce::new(grant.request.nonce.clone())))
        // It asks every time.
        .set_auth_time(Some(Utc::now() - grant.made.elapsed()));
        let id_token = CoreIdToken::new(
            claims,
            &self.key.key,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            Some(&AccessToken::new(access_token.clone())),
            None,
        )?;
        self.remember().tokens.insert(access_token.clone(), claimed.clone());
        Ok(json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": id_token.to_string(),
        }))
    }
}

/// The same person has the same subject at every start.
pub(super) fn subject(email: &str) -> String {
    random::hash(&email.to_lowercase())[..24].to_owned()
}
