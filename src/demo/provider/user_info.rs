//! Whom an access token is about.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::state::State;
use super::tokens::subject;

pub(super) async fn user_info(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    match state.remember().tokens.get(token) {
        Some(claimed) => HttpResponse::Ok().json(json!({
            "sub": subject(&claimed.email),
            "email": claimed.email,
            "email_verified": claimed.verified,
            "name": claimed.name,
        })),
        None => HttpResponse::Unauthorized().insert_header(("www-authenticate", "Bearer")).finish(),
    }
}
