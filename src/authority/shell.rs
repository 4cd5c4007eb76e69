//! The authority of the shell.

use sea_orm::sea_query::LockType;

use super::change::{Beginning, Change, FromOutside};
use super::event::{Actor, Origin};
use super::organization::Organization;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Result;

/// Whoever runs commands on the machine itself: they may do, in one organization, what no page offers.
pub struct Shell {
    db: Db,
    clock: Clock,
    organization: Organization,
}

impl Shell {
    /// The shell of commands about `organization`.
    pub fn new(db: Db, clock: Clock, organization: Organization) -> Self {
        Self { db, clock, organization }
    }

    /// The organization that the command is about.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// The database, to look at.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Begins a change, which every other change to the organization waits for, as it does for those of admins: an
    /// owner who stays now is there when it commits (rule 1.5).
    pub async fn change(&self) -> Result<Change<FromOutside>> {
        let beginning = Beginning {
            db: &self.db,
            clock: &self.clock,
            organization: Some(&self.organization.id),
            also: Vec::new(),
            actor: Actor::operator(),
            origin: Origin::default(),
        };
        Change::from_outside(beginning, LockType::Update).await
    }
}
