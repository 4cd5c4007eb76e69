//! How the session of a browser starts and ends.

use actix_session::SessionExt;
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::state::ARRIVAL;

/// What sign-in knows of a new session.
#[derive(Serialize, Deserialize)]
pub struct NewSession {
    pub user_id: String,
    /// The provider that vouched for them, or that it was a link.
    pub provider: String,
    pub address: String,
    pub user_agent: String,
    /// When the person proved who they are; none where no one knows.
    pub authenticated_at: Option<DateTime<Utc>>,
    /// Whether the provider says that it has asked for a second factor.
    pub provider_factor: bool,
}

/// Starts a session under a new id and ends the one that the browser had, if any.
///
/// # Errors
/// When the session can't be described as JSON, which is a fault of ours.
pub fn start(request: &HttpRequest, new: &NewSession) -> anyhow::Result<()> {
    let session = request.get_session();
    session.clear();
    session.insert(ARRIVAL, new)?;
    session.renew();
    Ok(())
}

/// Ends the session of this request.
pub fn end(request: &HttpRequest) {
    request.get_session().purge();
}
