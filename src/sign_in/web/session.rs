//! The session of someone whom sign-in has let in.

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};

use crate::authority::session::{NewSession, start};
use crate::authority::{Anyone, Origin};
use crate::error::{Error, Result};

/// How someone has proven who they are.
pub struct Proof<'a> {
    /// The provider that vouches for it, or that it was a link.
    pub provider: &'a str,
    /// When; none where no one knows.
    pub at: Option<DateTime<Utc>>,
    /// Whether the provider says that it has asked for a second factor.
    pub has_second_factor: bool,
}

/// Starts the session of the person with this id.
///
/// # Errors
/// When the session can't be described as JSON, which is a fault of ours.
pub fn start_session(
    anyone: &Anyone,
    request: &HttpRequest,
    person: String,
    proof: &Proof<'_>,
) -> Result<()> {
    let Origin { address, user_agent, .. } = anyone.origin.clone();
    let new = NewSession {
        user_id: person,
        provider: proof.provider.to_owned(),
        address,
        user_agent,
        authenticated_at: proof.at,
        provider_factor: proof.has_second_factor,
    };
    start(request, &new).map_err(|e| Error::Internal(e.to_string()))
}
