//! What the document is made of.

use actix_web::http::{Method, StatusCode};

use crate::api_token::Scope;
use crate::authority::Who;
use crate::web::api::Operation;

/// A route as the document tells of it.
pub struct Endpoint<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    pub who: Who,
    /// The scope that a token has to have; none where no token is taken.
    pub scope: Option<Scope>,
    pub takes_sessions: bool,
    /// Whether what is there can be read, and changed or deleted.
    pub is_edited: bool,
    /// Whether it tells what is left of a limit.
    pub is_limited: bool,
    pub operation: &'a Operation,
}

impl Endpoint<'_> {
    /// Whether its answer has a tag: it is the document that is read and changed here.
    pub fn tells_tag(&self) -> bool {
        self.is_edited && self.operation.draft.status == StatusCode::OK
    }
}
