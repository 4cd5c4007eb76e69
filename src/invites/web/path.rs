//! What addresses of invites name.

use serde::Deserialize;

/// `{invite}`, for who sends them.
#[derive(Deserialize)]
pub struct InvitePath {
    pub invite: String,
}

/// `{token}`, for who is invited.
#[derive(Deserialize)]
pub struct InvitationPath {
    pub token: String,
}
