//! The authority of the shell.

use sea_orm::sea_query::LockType;

use super::change::{Beginning, Change, FromOutside};
use super::event::{Actor, Origin};
use super::organization::Organization;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::{Error, Result};

/// Anyone who runs commands on the machine itself: they may do, in one organization, what no page offers; or with
/// accounts, which belong to the installation.
pub struct Shell {
    db: Db,
    clock: Clock,
    about: About,
}

/// What a command is about.
enum About {
    /// The organization that there is.
    Only(Organization),
    /// An organization, of which there may be others.
    OneOfMany(Organization),
    /// The installation, whose log tells of what is done.
    Installation,
}

impl Shell {
    /// The shell of commands about `organization`, the only one.
    pub fn new(db: Db, clock: Clock, organization: Organization) -> Self {
        Self { db, clock, about: About::Only(organization) }
    }

    /// The shell of commands about the installation, where there may be many organizations.
    pub fn of_installation(db: Db, clock: Clock) -> Self {
        Self { db, clock, about: About::Installation }
    }

    /// The shell of commands about `organization`, where there may be others.
    pub fn of_one_of_many(db: Db, clock: Clock, organization: Organization) -> Self {
        Self { db, clock, about: About::OneOfMany(organization) }
    }

    /// Whether there may be other organizations.
    pub fn is_one_of_many(&self) -> bool {
        !matches!(self.about, About::Only(_))
    }

    /// The organization that the command is about.
    ///
    /// # Errors
    /// 404 when it is about the installation.
    pub fn organization(&self) -> Result<&Organization> {
        match &self.about {
            About::Only(organization) | About::OneOfMany(organization) => Ok(organization),
            About::Installation => Err(Error::NotFound),
        }
    }

    /// Whether the command is about no organization in particular.
    pub fn is_of_installation(&self) -> bool {
        matches!(self.about, About::Installation)
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
            organization: self.organization().ok().map(|organization| organization.id.as_str()),
            also,
            actor: Actor::operator(),
            entry: None,
            origin: Origin::default(),
        };
        Change::from_outside(beginning, LockType::Update).await
    }
}
