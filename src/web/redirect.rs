//! The end of what worked: another page, and what it says.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

use super::notice::{Left, Notice};
use super::undo::Undo;

/// The end of every change that worked: the page to look at, and what to say there.
pub fn see_other(path: &str, notice: Notice) -> HttpResponse {
    leaving(path, Left { notice, undo: None })
}

/// The same, with what would undo it.
pub fn see_other_undoable(path: &str, notice: Notice, undo: Undo) -> HttpResponse {
    leaving(path, Left { notice, undo: Some(undo) })
}

fn leaving(path: &str, left: Left) -> HttpResponse {
    let mut response = HttpResponse::SeeOther().insert_header((LOCATION, path)).finish();
    response.extensions_mut().insert(left);
    response
}
