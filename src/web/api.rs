//! Answers for programs.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::reply::Reply;

/// A list and where the next part of it begins.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

/// A document.
pub fn json(body: &impl Serialize) -> Reply {
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body))
}

/// A document that has just come about.
pub fn created(body: &impl Serialize) -> Reply {
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(body))
}

/// RFC 3339, UTC.
pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
