//! The way there: what a client asks for, and back with a code (RFC 6749, section 4.1).

use std::time::Instant;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use url::Url;

use super::page::page;
use super::state::{Claimed, Grant, Request, State};
use crate::random;

#[derive(Deserialize)]
pub(super) struct AuthorizationRequest {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    code_challenge: String,
    #[serde(default)]
    code_challenge_method: String,
}

/// RFC 6749, section 4.1.1: a request of an unknown client or to an unknown address is not redirected.
pub(super) async fn ask(state: web::Data<State>, query: web::Query<AuthorizationRequest>) -> HttpResponse {
    let known = query.client_id == state.client.id && query.redirect_uri == state.client.redirect;
    if !known {
        return HttpResponse::BadRequest().body("unknown client or redirect address");
    }
    let openid = query.scope.split(' ').any(|scope| scope == "openid");
    let proof = query.code_challenge_method == "S256" && !query.code_challenge.is_empty();
    if query.response_type != "code" || !openid || !proof {
        return back(&state, &[("error", "invalid_request"), ("state", &query.state)]);
    }
    let Ok(id) = random::token() else { return HttpResponse::InternalServerError().finish() };
    let query = query.into_inner();
    let request = Request { state: query.state, nonce: query.nonce, challenge: query.code_challenge };
    state.remember().requests.insert(id.clone(), request);
    page(&state, &id, "")
}

#[derive(Deserialize)]
pub(super) struct Choice {
    request: String,
    email: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    verified: String,
}

pub(super) async fn answer(state: web::Data<State>, form: web::Form<Choice>) -> HttpResponse {
    let form = form.into_inner();
    if !form.email.contains('@') {
        return page(&state, &form.request, "Type an email address.");
    }
    let Some(request) = state.remember().requests.remove(&form.request) else {
        return HttpResponse::BadRequest().body("Start again: this sign-in is over.");
    };
    let Ok(code) = random::token() else { return HttpResponse::InternalServerError().finish() };
    let claimed = Claimed { email: form.email, name: form.name, verified: form.verified == "true" };
    let answer = [("code", code.as_str()), ("state", request.state.as_str()), ("iss", state.issuer.as_str())]
        .map(|(name, value)| (name, value.to_owned()));
    state.remember().codes.insert(code, Grant { request, claimed, made: Instant::now() });
    back(&state, &answer.each_ref().map(|(name, value)| (*name, value.as_str())))
}

fn back(state: &State, pairs: &[(&str, &str)]) -> HttpResponse {
    match Url::parse_with_params(&state.client.redirect, pairs) {
        Ok(url) => HttpResponse::SeeOther().insert_header((LOCATION, url.as_str())).finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
