//! What addresses of invites name.

use serde::Deserialize;

use crate::id::Id;

/// `{invite}`, for who sends them.
#[derive(Deserialize)]
pub struct InvitePath {
    pub invite: Id,
}

/// `{token}`, for who is invited.
#[derive(Deserialize)]
pub struct InvitationPath {
    pub token: String,
}
