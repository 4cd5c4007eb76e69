//! The authority of what goes on by itself.

use sea_orm::sea_query::LockType;

use super::change::{Beginning, Change, FromOutside};
use super::event::{Actor, Origin};
use super::services::Services;
use crate::error::Result;

/// Gatehouse itself, at work for the organization of this id.
pub struct Worker<'a> {
    pub services: &'a Services,
    pub organization: &'a str,
}

impl Worker<'_> {
    /// Begins a change; those of admins wait for it, and it for them.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn change(&self) -> Result<Change<FromOutside>> {
        let beginning = Beginning {
            db: &self.services.db,
            clock: &self.services.clock,
            organization: Some(self.organization),
            also: Vec::new(),
            actor: Actor::gatehouse(),
            entry: None,
            origin: Origin::default(),
        };
        Change::from_outside(beginning, LockType::Update).await
    }
}
