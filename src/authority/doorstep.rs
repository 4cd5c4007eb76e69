//! The doorstep of an organization, or of an installation with many: where people stand who are not in yet.

use sea_orm::sea_query::LockType;

use super::change::{Beginning, Change, FromOutside};
use super::event::{Actor, Origin};
use super::organization::Organization;
use super::people::Anyone;
use super::services::Services;
use crate::error::Result;

/// Someone at a door: who they are is yet to be found out.
#[derive(Clone, Copy)]
pub struct Doorstep<'a> {
    pub services: &'a Services,
    /// Whose door it is; none for that of the installation.
    pub organization: Option<&'a Organization>,
    origin: &'a Origin,
}

impl Anyone {
    /// At the door of this organization, or of the installation.
    pub fn doorstep<'a>(&'a self, organization: Option<&'a Organization>) -> Doorstep<'a> {
        Doorstep { services: &self.services, organization, origin: &self.origin }
    }
}

impl<'a> Doorstep<'a> {
    /// The same person at the door of this organization, or of the installation.
    #[must_use]
    pub fn at(self, organization: Option<&'a Organization>) -> Self {
        Self { organization, ..self }
    }

    /// Begins a change by someone who is not in; those to the organization wait for it, and it for them.
    pub async fn change(&self) -> Result<Change<FromOutside>> {
        self.change_with(Vec::new()).await
    }

    /// The same for a change that concerns organizations of these ids, too.
    pub async fn change_with(&self, also: Vec<String>) -> Result<Change<FromOutside>> {
        let beginning = Beginning {
            db: &self.services.db,
            clock: &self.services.clock,
            organization: self.organization.map(|organization| organization.id.as_str()),
            also,
            actor: Actor::nobody(),
            entry: None,
            origin: self.origin.clone(),
        };
        Change::from_outside(beginning, LockType::Share).await
    }
}
