//! The end of what worked: another page, and what it says.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

use super::notice::Left;
use super::undo::Undo;

/// The end of every change that worked: the page to look at, and what to say there.
pub fn see_other(path: &str, left: impl Into<Left>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther().insert_header((LOCATION, path)).finish();
    response.extensions_mut().insert::<Left>(left.into());
    response
}

/// The same, with what would undo it.
pub fn see_other_undoable(path: &str, left: impl Into<Left>, undo: Undo) -> HttpResponse {
    see_other(path, Left { undo: Some(undo), ..left.into() })
}
