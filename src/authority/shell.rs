//! The authority of the shell.

use sea_orm::sea_query::LockType;

use super::change::{Beginning, Change, FromOutside};
use super::event::{Actor, Origin};
use super::organization::Organization;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Result;

/// Whoever runs commands on the machine itself: they may do, in one organization, what no page offers; or with accounts,
/// which belong to the installation.
pub struct Shell {
    db: Db,
    clock: Clock,
    organization: Organization,
    /// Whether the installation's log tells of what is done.
    is_of_installation: bool,
    /// Whether there are other organizations.
    is_one_of_many: bool,
}

impl Shell {
    /// The shell of commands about `organization`.
    pub fn new(db: Db, clock: Clock, organization: Organization) -> Self {
        Self { db, clock, organization, is_of_installation: false, is_one_of_many: false }
    }

    /// The shell of commands about the installation, which began with `organization`.
    pub fn of_installation(db: Db, clock: Clock, organization: Organization) -> Self {
        Self { is_of_installation: true, ..Self::of_one_of_many(db, clock, organization) }
    }

    /// The shell of commands about `organization`, of which there are others.
    pub fn of_one_of_many(db: Db, clock: Clock, organization: Organization) -> Self {
        Self { is_one_of_many: true, ..Self::new(db, clock, organization) }
    }

    /// Whether there are other organizations.
    pub fn is_one_of_many(&self) -> bool {
        self.is_one_of_many
    }

    /// The organization that the command is about.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Whether the command is about no organization in particular.
    pub fn is_of_installation(&self) -> bool {
        self.is_of_installation
    }

    /// The database, to look at.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Begins a change, which every other change to the organization waits for, as it does for those of admins: an
    /// owner who stays now is there when it commits (rule 1.5).
    pub async fn change(&self) -> Result<Change<FromOutside>> {
        self.change_with(Vec::new()).await
    }

    /// The same for a change that concerns organizations of these ids, too.
    pub async fn change_with(&self, also: Vec<String>) -> Result<Change<FromOutside>> {
        let beginning = Beginning {
            db: &self.db,
            clock: &self.clock,
            organization: Some(self.organization.id.as_str()).filter(|_| !self.is_of_installation),
            also,
            actor: Actor::operator(),
            entry: None,
            origin: Origin::default(),
        };
        Change::from_outside(beginning, LockType::Update).await
    }
}
