//! Writes. A [`Change`] is a transaction whose only exit is [`Change::commit`] with the event that describes
//! it (rules 8.1, P7); dropped without, nothing happened.
//!
//! There is no way to finish silently:
//! ```compile_fail,E0061
//! use gatehouse::access::{Change, Organization};
//! async fn silent(change: Change<Organization>) {
//!     let _ = change.commit().await;
//! }
//! ```
//! nor to write a table that belongs to people as if it belonged to the organization:
//! ```compile_fail,E0277
//! use gatehouse::{access::{Change, Organization}, entity::session};
//! async fn foreign(change: &Change<Organization>) {
//!     let _ = change.delete::<session::Entity>(|rows| rows).await;
//! }
//! ```

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DeleteMany,
    EntityTrait, QueryFilter, UpdateMany,
};

use super::Db;
use crate::audit::{Actor, Event, Origin};
use crate::clock::Clock;
use crate::entity::{Personal, Tenant, Timestamp, event};
use crate::error::{Error, Result};
use crate::random;

/// Marks a change to one organization's rows.
pub struct Organization(pub(super) String);

/// Marks a change to a person's own rows; the event goes to the organization that they are in, if any.
pub struct Person {
    pub(super) id: String,
    pub(super) organization: Option<String>,
}

/// Marks a sign-in: who it is and where they belong is decided inside the change.
pub struct Arrival;

/// A write under way.
pub struct Change<Of> {
    tx: DatabaseTransaction,
    of: Of,
    actor: Actor,
    origin: Origin,
    at: Timestamp,
}

impl<Of> Change<Of> {
    pub(super) async fn begin(db: &Db, clock: &Clock, of: Of, actor: Actor, origin: Origin) -> Result<Self> {
        Ok(Self { tx: db.begin().await?, of, actor, origin, at: Timestamp::from(clock.now()) })
    }

    /// The moment of this change: every row it writes bears the same.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    async fn finish(self, organization: Option<String>, event: Event) -> Result<()> {
        let row = event::ActiveModel {
            id: Set(random::id()),
            organization_id: Set(organization),
            at: Set(self.at),
            action: Set(event.action.to_owned()),
            outcome: Set(event.outcome.to_owned()),
            actor_id: Set(self.actor.id),
            actor: Set(self.actor.name),
            target: Set(event.target),
            before: Set(event.before),
            after: Set(event.after),
            address: Set(self.origin.address),
            user_agent: Set(self.origin.user_agent),
            request_id: Set(self.origin.request_id),
        };
        event::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(self.tx.commit().await?)
    }
}

impl Change<Organization> {
    /// Updates the organization's rows that `which` narrows to; tells how many there were.
    pub async fn update<E: Tenant>(&self, which: impl FnOnce(UpdateMany<E>) -> UpdateMany<E>) -> Result<u64> {
        let ours = E::update_many().filter(E::ORGANIZATION.eq(self.of.0.as_str()));
        Ok(which(ours).exec(&self.tx).await?.rows_affected)
    }

    /// Deletes the organization's rows that `which` narrows to; tells how many there were.
    pub async fn delete<E: Tenant>(&self, which: impl FnOnce(DeleteMany<E>) -> DeleteMany<E>) -> Result<u64> {
        let ours = E::delete_many().filter(E::ORGANIZATION.eq(self.of.0.as_str()));
        Ok(which(ours).exec(&self.tx).await?.rows_affected)
    }

    /// The organization's only row of a table, as it is inside this change.
    pub async fn the<E: Tenant>(&self) -> Result<E::Model> {
        let ours = E::find().filter(E::ORGANIZATION.eq(self.of.0.as_str()));
        ours.one(&self.tx).await?.ok_or(Error::NotFound)
    }

    /// Makes the change durable together with its event.
    pub async fn commit(self, event: Event) -> Result<()> {
        let organization = self.of.0.clone();
        self.finish(Some(organization), event).await
    }
}

impl Change<Person> {
    /// Deletes the person's own rows that `which` narrows to; tells how many there were.
    pub async fn delete<E: Personal>(
        &self,
        which: impl FnOnce(DeleteMany<E>) -> DeleteMany<E>,
    ) -> Result<u64> {
        let own = E::delete_many().filter(E::PERSON.eq(self.of.id.as_str()));
        Ok(which(own).exec(&self.tx).await?.rows_affected)
    }

    /// Makes the change durable together with its event.
    pub async fn commit(self, event: Event) -> Result<()> {
        let organization = self.of.organization.clone();
        self.finish(organization, event).await
    }
}

impl Change<Arrival> {
    /// Begins a sign-in. A test lists the files that may.
    pub async fn arrival(db: &Db, clock: &Clock, origin: Origin) -> Result<Self> {
        Self::begin(db, clock, Arrival, Actor::nobody(), origin).await
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

    /// Makes the sign-in durable together with its event, which `organization` keeps and `actor` did.
    pub async fn commit(mut self, organization: &str, actor: Actor, event: Event) -> Result<()> {
        self.actor = actor;
        self.finish(Some(organization.to_owned()), event).await
    }
}
