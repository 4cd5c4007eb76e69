//! What clients read before anything else: addresses and keys.

use actix_web::{HttpResponse, web};
use openidconnect::core::{
    CoreClaimName, CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AuthUrl, EmptyAdditionalProviderMetadata, JsonWebKeySetUrl, ResponseTypes, Scope, TokenUrl, UserInfoUrl,
};

use super::state::State;

pub(super) async fn discovery(state: web::Data<State>) -> Result<HttpResponse, actix_web::Error> {
    let at = |path: &str| format!("{}{path}", state.issuer.as_str());
    let url = actix_web::error::ErrorInternalServerError::<url::ParseError>;
    let metadata = CoreProviderMetadata::new(
        state.issuer.clone(),
        AuthUrl::new(at("/authorize")).map_err(url)?,
        JsonWebKeySetUrl::new(at("/jwks.json")).map_err(url)?,
        vec![ResponseTypes::new(vec![CoreResponseType::Code])],
        vec![CoreSubjectIdentifierType::Public],
        vec![CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256],
        EmptyAdditionalProviderMetadata {},
    )
    .set_token_endpoint(Some(TokenUrl::new(at("/token")).map_err(url)?))
    .set_userinfo_endpoint(Some(UserInfoUrl::new(at("/userinfo")).map_err(url)?))
    .set_scopes_supported(Some(["openid", "email", "profile"].map(|s| Scope::new(s.to_owned())).to_vec()))
    .set_claims_supported(Some(
        ["sub", "email", "email_verified", "name"].map(|c| CoreClaimName::new(c.to_owned())).to_vec(),
    ));
    Ok(HttpResponse::Ok().json(metadata))
}

pub(super) async fn keys(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(CoreJsonWebKeySet::new(vec![state.key.public()]))
}
