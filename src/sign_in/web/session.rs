//! The session of someone whom sign-in has let in.

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};

use crate::authority::session::{NewSession, start};
use crate::authority::{Anyone, Origin};
use crate::error::{Error, Result};

/// Starts the session of the person with this id, whom this provider has proven. `authenticated_at` is when they proved
/// who they are; none where no one knows.
pub fn start_session(
    anyone: &Anyone,
    request: &HttpRequest,
    person: String,
    provider: &str,
    authenticated_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let Origin { address, user_agent, .. } = anyone.origin.clone();
    let provider = provider.to_owned();
    let new = NewSession { user_id: person, provider, address, user_agent, authenticated_at };
    start(request, &new).map_err(|e| Error::Internal(e.to_string()))
}
