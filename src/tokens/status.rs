//! Whether a token works.

use chrono::{DateTime, Utc};

use super::limits::UNUSED;
use crate::entity::token::Model;

/// Whether a token works, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Active,
    /// Another has taken its place; it works for a while yet.
    Replaced,
    Expired,
    Revoked,
}

impl Status {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Whether it works.
    pub fn works(self) -> bool {
        matches!(self, Self::Active | Self::Replaced)
    }
}

/// Whether a token works at `now`.
pub fn status(token: &Model, now: DateTime<Utc>) -> Status {
    if token.revoked_at.is_some() {
        Status::Revoked
    } else if *token.expires_at <= now {
        Status::Expired
    } else if token.replaced_by.is_some() {
        Status::Replaced
    } else {
        Status::Active
    }
}

/// Whether one that works has not been used for so long that someone should look whether it is needed.
pub fn is_unused(token: &Model, now: DateTime<Utc>) -> bool {
    status(token, now).works() && now - *token.last_used_at.unwrap_or(token.created_at) >= UNUSED
}
