//! A session, as pages list it.

use chrono::{DateTime, Utc};

use super::moment::Moment;
use crate::entity::session;
use crate::user_agent::device;

/// A session, as a page lists it.
pub struct Session {
    pub id: String,
    pub device: String,
    pub address: String,
    pub created: Moment,
    pub last_seen: Moment,
    pub current: bool,
}

impl Session {
    /// `current` is the id of the session that looks at it.
    pub fn new(row: session::Model, current: &str, now: DateTime<Utc>) -> Self {
        Self {
            current: row.id == current,
            id: row.id,
            device: device(&row.user_agent),
            address: row.address,
            created: Moment::new(*row.created_at, now),
            last_seen: Moment::new(*row.last_seen_at, now),
        }
    }
}
