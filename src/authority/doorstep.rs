//! An organization's doorstep: where people stand who are not in yet.

use sea_orm::sea_query::LockType;

use super::change::{Beginning, Change, FromOutside};
use super::event::{Actor, Origin};
use super::organization::Organization;
use super::people::Anyone;
use super::services::Services;
use crate::error::Result;

/// Somebody at an organization's door: who they are is yet to be found out.
#[derive(Clone, Copy)]
pub struct Doorstep<'a> {
    pub services: &'a Services,
    pub organization: &'a Organization,
    origin: &'a Origin,
}

impl Anyone {
    /// At the door of this organization.
    pub fn doorstep<'a>(&'a self, organization: &'a Organization) -> Doorstep<'a> {
        Doorstep { services: &self.services, organization, origin: &self.origin }
    }
}

impl Doorstep<'_> {
    /// Begins a change by somebody who is not in; those to the organization wait for it, and it for them.
    pub async fn change(&self) -> Result<Change<FromOutside>> {
        let beginning = Beginning {
            db: &self.services.db,
            clock: &self.services.clock,
            organization: &self.organization.id,
            actor: Actor::nobody(),
            origin: self.origin.clone(),
        };
        Change::from_outside(beginning, LockType::Share).await
    }
}
