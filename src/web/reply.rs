//! What a handler answers.

use actix_web::HttpResponse;

use crate::error::Result;

/// An answer, or the error that is painted in its place.
pub type Reply = Result<HttpResponse>;
