//! Changes that come from outside an organization: of someone at its door, and of the operator.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::begin::{Beginning, Change};
use super::commit::Log;
use crate::authority::event::{Actor, Event};
use crate::entity::{membership, suspension, user};
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

    /// Begins one that leaves an event of a refusal and nothing else.
    pub(in crate::authority) async fn of_refusal(beginning: Beginning<'_>) -> Result<Self> {
        let change = Self::from_outside(beginning, LockType::Share).await?;
        change.refuse_repeated().await?;
        Ok(change)
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

    /// The id of the organization whose log tells of it, and whose outbox takes its mail; none for the installation.
    pub fn organization(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    /// Gives a person a place in the organization of this id: makes them a member by their verified address `email`, or
    /// gives the member that they are this role; no access rule leaves them out any more, and no suspension: this is an
    /// operator's word.
    pub async fn grant_membership(
        &self,
        organization: &str,
        person: &user::Model,
        email: &str,
        role: Role,
    ) -> Result<()> {
        self.write_membership(organization, person, email, role).await?;
        self.end_suspension(organization, person, email).await
    }

    /// The organization of this id keeps the person out no more.
    pub async fn end_suspension(&self, organization: &str, person: &user::Model, email: &str) -> Result<()> {
        membership::Entity::update_many()
            .col_expr(membership::Column::SuspendedAt, Expr::value(Option::<i64>::None))
            .filter(membership::Column::OrganizationId.eq(organization))
            .filter(membership::Column::UserId.eq(&person.id))
            .filter(membership::Column::SuspendedAt.is_not_null())
            .exec(&self.tx)
            .await?;
        suspension::Entity::delete_by_id((organization.to_owned(), email.to_owned())).exec(&self.tx).await?;
        Ok(())
    }

    /// Makes the change durable together with its event, which the organization's log keeps, or the installation's.
    pub async fn commit(self, event: Event) -> Result<()> {
        let organization = self.organization.clone();
        self.finish(organization, event).await
    }

    /// The same with an event about a person's account: where the installation's log tells of it, the log of each
    /// organization does that it concerns, by the address that this one knows.
    pub async fn commit_for(self, person: &user::Model, event: Event) -> Result<()> {
        if self.organization.is_some() {
            return self.commit(event).await;
        }
        let theirs = membership::Entity::find().filter(membership::Column::UserId.eq(&person.id));
        let name = self.actor.name.clone();
        let mut logs = vec![(None, name.clone(), event.clone())];
        for membership in theirs.all(&self.tx).await? {
            let told = event.knowing_only(&membership.email, &person.email);
            logs.push((Some(membership.organization_id), name.clone(), told));
        }
        self.commit_in(logs).await
    }

    /// The same with an event in several logs: of organizations by their ids, or of the installation. With each, the
    /// address by which it knows the person.
    pub async fn commit_in(self, mut logs: Vec<(Option<String>, String, Event)>) -> Result<()> {
        logs.sort_by(|one, other| one.0.cmp(&other.0));
        let id = self.actor.id.clone();
        let log = |(organization, name, event)| {
            let actor = Actor { id: id.clone(), name };
            Log { organization, actor, event }
        };
        self.finish_in(logs.into_iter().map(log).collect()).await
    }

    /// The same change as the deed of a person, who is in by it.
    #[must_use]
    pub fn by(mut self, person: &user::Model) -> Self {
        self.actor = Actor { id: Some(person.id.clone()), name: person.email.clone() };
        self
    }
}
