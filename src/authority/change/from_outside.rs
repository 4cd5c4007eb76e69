//! Changes that come from outside an organization: of somebody at its door, and of the operator.

use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait};

use super::begin::{Beginning, Change};
use crate::authority::event::{Actor, Event};
use crate::entity::user;
use crate::error::Result;
use crate::role::Role;

/// Marks a sign-in, or what an operator does from the shell: whom it is about, and where they belong, is decided inside
/// the change. Nothing filters the rows it reads and writes.
pub struct FromOutside;

impl Change<FromOutside> {
    /// Begins one. With [`LockType::Share`] it and those to the organization wait for each other; with
    /// [`LockType::Update`] those of other people at the door do, too.
    pub(in crate::authority) async fn from_outside(beginning: Beginning<'_>, lock: LockType) -> Result<Self> {
        Self::begin(beginning, FromOutside, lock).await
    }

    /// The transaction, for the rows of a person who belongs nowhere yet.
    pub fn connection(&self) -> &impl ConnectionTrait {
        &self.tx
    }

    /// Inserts a row.
    pub async fn insert<A>(&self, row: A) -> Result<()>
    where
        A: ActiveModelTrait,
    {
        <A::Entity as EntityTrait>::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Gives a person a place in the organization: makes them a member, or gives the member that they are this role; no
    /// access rule leaves them out any more.
    pub async fn grant_membership(&self, person: &user::Model, role: Role) -> Result<()> {
        self.write_membership(&self.organization, person, role).await
    }

    /// Makes the change durable together with its event, which the organization's log keeps.
    pub async fn commit(self, event: Event) -> Result<()> {
        let organization = self.organization.clone();
        self.finish(Some(organization), event).await
    }

    /// The same as the deed of a person, who is in by it.
    pub async fn commit_as(mut self, person: &user::Model, event: Event) -> Result<()> {
        self.actor = Actor { id: Some(person.id.clone()), name: person.email.clone() };
        self.commit(event).await
    }
}
