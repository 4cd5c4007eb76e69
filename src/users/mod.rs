//! The people of an organization: who is here, what they may, and how they go.

pub mod acts;
pub mod api;
pub mod bulk;
mod changes;
mod cursor;
pub mod export;
pub mod form;
mod found;
mod list;
pub mod many;
pub mod owners;
pub mod person;
pub mod rights;
pub mod shell;
pub mod web;

pub use changes::{Changed, change_role, deactivate, end_sessions, reactivate, remove};
pub use cursor::{Cursor, Mark};
pub use form::{ListQuery, Sort};

pub use crate::entity::membership::Status;
pub use list::{ListPage, Listed, list, one};

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{QueryFilter, Select};

use crate::entity::membership;
use crate::plan::not_by_index;

impl Status {
    /// Every status, as filters list them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Deactivated, Self::LockedOut];

    /// The name in the API, in addresses and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::LockedOut => "locked_out",
        }
    }

    /// The name that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Deactivated => "Deactivated",
            Self::LockedOut => "Locked out by access rules",
        }
    }

    /// Reads [`Self::name`] back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Only the members who can come in: active, and not left out by the rules.
pub fn who_can_come_in(ours: Select<membership::Entity>) -> Select<membership::Entity> {
    ours.filter(not_by_index(Expr::col((membership::Entity, membership::Column::Status))).eq(Status::Active))
}
