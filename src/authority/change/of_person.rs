//! Changes to a person's own rows, by that person.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DeleteMany, EntityTrait, QueryFilter, QueryOrder,
};

use super::begin::{Beginning, Change};
use super::commit::Log;
use crate::authority::event::{Actor, Event, operator_name};
use crate::db::Db;
use crate::entity::{Personal, membership, user};
use crate::error::{Error, Forbidden, Result};
use crate::role::Role;

/// How often a change begins again because its person has joined another organization meanwhile.
const TRIES: usize = 3;

/// Marks a change to a person's own rows. What the person is, is read inside the change: what was known before may not
/// hold any more.
pub struct OfPerson {
    user: user::Model,
    memberships: Vec<membership::Model>,
}

impl Change<OfPerson> {
    /// Begins a change to a person's own rows. Changes of the same person wait for each other, and for those of
    /// the organization: the rules and sign-in methods that a change looks at hold until it commits. With
    /// [`LockType::Update`] those to the organization wait for it, too: an owner who stays now is there when it
    /// commits (rule 1.5). Anyone who was deactivated or deleted while waiting is refused.
    ///
    /// Without an organization the change concerns each that the person belongs to: it waits for all of them, and each
    /// log tells of it.
    pub(in crate::authority) async fn by_person(beginning: Beginning<'_>, lock: LockType) -> Result<Self> {
        for _ in 0..TRIES {
            if let Some(change) = Self::attempt(beginning.clone(), lock).await? {
                return Ok(change);
            }
        }
        Err(Error::Unavailable("the person goes on joining organizations".to_owned()))
    }

    /// Begins one; none when the person has joined an organization that was not waited for.
    async fn attempt(mut beginning: Beginning<'_>, lock: LockType) -> Result<Option<Self>> {
        let clock = beginning.clock;
        let id = beginning.actor.id.clone().unwrap_or_default();
        if beginning.organization.is_none() {
            beginning.also.extend(belongs_to(beginning.db, &id).await?);
        }
        let waited_for = beginning.also.clone();
        let mut change = Change::begin(beginning, (), lock).await?;
        let user = change.hold(&id).await?;
        change.has_its_turn(clock);
        change.refuse_repeated().await?;
        change.origin.precondition.require().await?;
        let Some(user) = user.filter(|user| user.status == user::Status::Active) else {
            return Err(Error::Forbidden(Forbidden::NoAccount));
        };
        let change = change.of(user).await?;
        let is_waited_for = |m: &membership::Model| waited_for.contains(&m.organization_id);
        let is_complete = change.organization.is_some() || change.of.memberships.iter().all(is_waited_for);
        Ok(is_complete.then_some(change))
    }

    /// The person's own row, as it is inside this change.
    pub fn person(&self) -> &user::Model {
        &self.of.user
    }

    /// Where the person belongs, as it is inside this change, left out by access rules or not.
    pub fn memberships(&self) -> &[membership::Model] {
        &self.of.memberships
    }

    /// The person as a member of the organization who can come in, as it is inside this change.
    pub fn member(&self) -> Option<&membership::Model> {
        self.here().filter(|membership| membership.status == membership::Status::Active)
    }

    fn here(&self) -> Option<&membership::Model> {
        let organization = self.organization.as_deref()?;
        self.of.memberships.iter().find(|membership| membership.organization_id == organization)
    }

    /// Gives the person a place in the organization of this id: makes them a member by their verified address `email`, or
    /// gives the member that they are this role; no access rule leaves them out any more.
    pub async fn grant_membership(&self, organization: &str, email: &str, role: Role) -> Result<()> {
        self.write_membership(organization, &self.of.user, email, role).await
    }

    /// The organization of this id knows the person by the verified address `email` from now on: the one that has let them
    /// in again.
    pub async fn know_by(&self, organization: &str, email: &str) -> Result<()> {
        membership::Entity::update_many()
            .col_expr(membership::Column::Email, Expr::value(email))
            .filter(membership::Column::OrganizationId.eq(organization))
            .filter(membership::Column::UserId.eq(&self.of.user.id))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// The transaction, for an account at a provider, which must be no one else's.
    pub fn connection(&self) -> &impl ConnectionTrait {
        &self.tx
    }

    /// The person's own rows of a table, as they are inside this change.
    pub async fn all<E: Personal>(&self) -> Result<Vec<E::Model>> {
        Ok(E::find().filter(E::PERSON.eq(self.of.user.id.as_str())).all(&self.tx).await?)
    }

    /// Inserts a row, which is the person's.
    pub async fn insert<E>(&self, row: impl ActiveModelTrait<Entity = E>) -> Result<()>
    where
        E: Personal,
    {
        let mut row = row;
        row.set(E::PERSON, self.of.user.id.as_str().into());
        E::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Deletes the person's own rows that `which` narrows to; tells how many there were.
    pub async fn delete<E: Personal>(
        &self,
        which: impl FnOnce(DeleteMany<E>) -> DeleteMany<E>,
    ) -> Result<u64> {
        let own = E::delete_many().filter(E::PERSON.eq(self.of.user.id.as_str()));
        Ok(which(own).exec(&self.tx).await?.rows_affected)
    }

    /// Makes the change durable together with its event, which the organization's log keeps if the person belongs to
    /// it, left out by access rules or not; else that of the installation. A change of no one organization leaves one in
    /// each that the person belongs to, which shows no address that this one does not know.
    pub async fn commit(self, event: Event) -> Result<()> {
        if self.organization.is_some() || self.of.memberships.is_empty() {
            let organization = self.here().map(|membership| membership.organization_id.clone());
            return self.finish(organization, event).await;
        }
        let log = |membership: &membership::Model| Log {
            organization: Some(membership.organization_id.clone()),
            actor: Actor { id: self.actor.id.clone(), name: membership.email.clone() },
            event: event.knowing_only(&membership.email, &self.of.user.email),
        };
        let mut logs: Vec<Log> = self.of.memberships.iter().map(log).collect();
        logs.sort_by(|one, other| one.organization.cmp(&other.organization));
        self.finish_in(logs).await
    }

    /// The same for what concerns no organization more than another, as signing out does: where there are many, the log
    /// of the installation alone tells of it.
    pub async fn commit_once(self, event: Event) -> Result<()> {
        if self.organization.is_some() {
            return self.commit(event).await;
        }
        self.finish(None, event).await
    }

    /// The same with an event of an operator, which both the installation and `organization` keep, whether the person
    /// belongs to it or not (rule 6.4).
    pub async fn commit_as_operator_in(self, organization: &str, event: Event) -> Result<()> {
        let (id, email) = (self.actor.id.clone(), self.of.user.email.clone());
        let log = |organization: Option<&str>, name: String| Log {
            organization: organization.map(str::to_owned),
            actor: Actor { id: id.clone(), name },
            event: event.clone(),
        };
        self.finish_in(vec![log(None, email.clone()), log(Some(organization), operator_name(&email))]).await
    }

    /// The same with an event that `organization` keeps, to which it is unknown who the person is.
    pub async fn commit_as_nobody_in(self, organization: &str, name: &str, event: Event) -> Result<()> {
        let actor = Actor { id: None, name: name.to_owned() };
        self.finish_in(vec![Log { organization: Some(organization.to_owned()), actor, event }]).await
    }

    /// The same with an event that `organization` keeps, which the person may not belong to yet, and which knows them by
    /// the address `email`.
    pub async fn commit_in(self, organization: &str, email: &str, event: Event) -> Result<()> {
        let actor = Actor { id: self.actor.id.clone(), name: email.to_owned() };
        self.finish_in(vec![Log { organization: Some(organization.to_owned()), actor, event }]).await
    }
}

/// The ids of the organizations to which a person belongs, left out or not.
async fn belongs_to(db: &Db, person: &str) -> Result<Vec<String>> {
    let theirs = membership::Entity::find().filter(membership::Column::UserId.eq(person));
    let memberships = theirs.all(db.reader()).await?;
    Ok(memberships.into_iter().map(|membership| membership.organization_id).collect())
}

impl Change<()> {
    /// The same change as one of the person whose row it holds.
    async fn of(self, user: user::Model) -> Result<Change<OfPerson>> {
        let theirs = membership::Entity::find().filter(membership::Column::UserId.eq(&user.id));
        let memberships = theirs.order_by_asc(membership::Column::Id).all(&self.tx).await?;
        let Self { tx, organization, of: (), actor, origin, at, mail_wake } = self;
        let of = OfPerson { user, memberships };
        Ok(Change { tx, organization, of, actor, origin, at, mail_wake })
    }
}
