//! What the document is made of.

use actix_web::http::Method;

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
    pub operation: &'a Operation,
}
