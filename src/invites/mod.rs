//! Invites: an admin asks an address to join; its owner accepts (rules 3.1 to 3.6).

mod acceptance;
pub mod api;

pub mod form;
pub mod landing;
mod letters;
mod list;
mod sending;
pub mod token;
pub mod visit;
pub mod web;

pub use acceptance::{Acceptance, accept};
pub use landing::{Landing, Open};
pub use letters::{asked_for, invitation};
pub use list::{Cursor, Filter, ListPage, ListQuery, Listed, links, list, one};
pub use sending::{Line, Outcome, Sent, forget_old_batches, resend, results, revoke, send};

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use crate::entity::invite::{Model, Stage};

/// How long an invite is open.
pub const LIFETIME: Duration = Duration::days(7);

/// What an invite is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pending,
    Accepted,
    Expired,
    Revoked,
}

impl Status {
    /// The status of `invite` at `now`: nobody has to come by for one to expire.
    pub fn of(invite: &Model, now: DateTime<Utc>) -> Self {
        match invite.state {
            Stage::Open if *invite.expires_at > now => Self::Pending,
            Stage::Open | Stage::Lapsed => Self::Expired,
            Stage::Accepted => Self::Accepted,
            Stage::Revoked => Self::Revoked,
        }
    }

    /// As the API and style sheets spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}
