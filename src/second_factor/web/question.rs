//! How the script of a page hears what to ask the browser.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use serde_json::Value;

/// What a browser is asked, once.
pub fn question(options: &Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(options)
}
