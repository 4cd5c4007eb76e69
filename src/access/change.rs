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

use std::sync::{Arc, OnceLock};

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DeleteMany, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, Statement, UpdateMany,
};
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use super::roster::{self, MemberAccount};
use super::scope::{guard, rows};
use super::{Db, Role, SINGLE_ORGANIZATION, Transaction};
use crate::audit::{Actor, Event, Origin};
use crate::clock::Clock;
use crate::entity::{Personal, Tenant, Timestamp, event, membership, org_settings, outbox, user};
use crate::error::{Error, Forbidden, Result};
use crate::random;

/// Marks a change to one organization's rows.
pub struct Organization {
    id: String,
    /// The role of whoever makes the change, as it is inside it.
    role: Role,
}

/// Marks a change to a person's own rows; the event goes to the organization that they are in, if any. What the
/// person is, is read inside the change: what was known before may not hold any more.
pub struct Person {
    user: user::Model,
    memberships: Vec<membership::Model>,
}

impl Person {
    fn organization(&self) -> Option<&str> {
        let mut organizations = self.memberships.iter().map(|membership| membership.organization_id.as_str());
        organizations.find(|organization| *organization == SINGLE_ORGANIZATION)
    }
}

/// Marks a sign-in, or what an operator does from the shell: who it is and where they belong is decided inside
/// the change.
pub struct Arrival;

/// A change that can send mail, on behalf of an organization.
pub trait Sender {
    /// Which organization's outbox takes it.
    fn organization(&self) -> &str;
}

impl Sender for Organization {
    fn organization(&self) -> &str {
        &self.id
    }
}

impl Sender for Person {
    fn organization(&self) -> &str {
        self.organization().unwrap_or(SINGLE_ORGANIZATION)
    }
}

impl Sender for Arrival {
    fn organization(&self) -> &str {
        SINGLE_ORGANIZATION
    }
}

/// A day in milliseconds is as far as a clock is believed to have been ahead.
const NEXT_PLACE: &str = "
    INSERT INTO event_heads (organization_id, number, at) VALUES ($1, 1, $2)
    ON CONFLICT (organization_id) DO UPDATE SET
        number = event_heads.number + 1,
        at = CASE WHEN event_heads.at > excluded.at AND event_heads.at <= excluded.at + 86400000
                  THEN event_heads.at ELSE excluded.at END
    RETURNING number, at";

/// A write under way.
pub struct Change<Of> {
    tx: Transaction,
    of: Of,
    actor: Actor,
    origin: Origin,
    at: Timestamp,
    /// Who waits for mail that this change has queued.
    postman: OnceLock<Arc<Notify>>,
}

impl<Of> Change<Of> {
    pub(super) async fn begin(db: &Db, clock: &Clock, of: Of, actor: Actor, origin: Origin) -> Result<Self> {
        let tx = db.begin().await?;
        let at = Timestamp::from(clock.now());
        Ok(Self { tx, of, actor, origin, at, postman: OnceLock::new() })
    }

    /// Tells the moment once nobody has to be waited for: events would come into the log below newer ones.
    fn has_its_turn(&mut self, clock: &Clock) {
        self.at = Timestamp::from(clock.now());
    }

    /// Waits for its turn, as every change does before it reads what it decides by: first for the organization's
    /// settings, then for a person's row ([`Self::hold`]). Who locks in one order never waits in a circle.
    async fn hold_settings(&mut self, clock: &Clock, organization: &str, lock: LockType) -> Result<()> {
        org_settings::Entity::find_by_id(organization).lock(lock).one(&self.tx).await?;
        self.has_its_turn(clock);
        Ok(())
    }

    /// A person's row, which stays as it is until this change is over; none for an account that is gone.
    pub async fn hold(&self, person: &str) -> Result<Option<user::Model>> {
        Ok(user::Entity::find_by_id(person).lock_exclusive().one(&self.tx).await?)
    }

    /// Gives a person a place in an organization: makes them a member, or gives the member that they are this role; no
    /// access rule leaves them out any more.
    async fn write_seat(&self, organization: &str, person: &user::Model, role: Role) -> Result<()> {
        let seated = membership::Entity::update_many()
            .col_expr(membership::Column::Role, Expr::value(role))
            .col_expr(membership::Column::LockedOutAt, Expr::value(Option::<i64>::None))
            .filter(membership::Column::OrganizationId.eq(organization))
            .filter(membership::Column::UserId.eq(&person.id))
            .exec(&self.tx)
            .await?;
        if seated.rows_affected > 0 {
            return Ok(());
        }
        let row = membership::ActiveModel {
            organization_id: Set(organization.to_owned()),
            user_id: Set(person.id.clone()),
            role: Set(role),
            name: Set(person.name.clone()),
            email: Set(person.email.clone()),
            joined_at: Set(self.at),
            last_seen_at: Set(self.at),
            ..Default::default()
        };
        membership::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// The moment of this change: every row it writes bears the same.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Refuses what a request of this idempotency key has done before. Asked once nobody has to be waited for: of two
    /// that came at once the second sees what the first has done.
    async fn refuse_repeated(&self) -> Result<()> {
        let person = self.actor.id.as_deref().unwrap_or_default();
        let Some(event) = self.origin.idempotency.repeats(person) else { return Ok(()) };
        match event::Entity::find_by_id(event).one(&self.tx).await? {
            Some(_) => Err(Error::AlreadyDone),
            None => Ok(()),
        }
    }

    /// The place of the next event in a log, which nobody else has: whoever comes next waits until this is kept. Taken
    /// last, so that nobody is waited for by whom a change waits. Its time is not before that of the one before it,
    /// whosever clock it is, unless that is more than a day ahead.
    async fn next_place(&self, organization: Option<&str>) -> Result<(i64, Timestamp)> {
        let backend = self.tx.get_database_backend();
        let values = [organization.unwrap_or_default().into(), self.at.into()];
        let head = Statement::from_sql_and_values(backend, NEXT_PLACE, values);
        let row = self.tx.query_one_raw(head).await?;
        let row = row.ok_or_else(|| Error::Internal("a log without an end".to_owned()))?;
        Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
    }

    async fn finish(self, organization: Option<String>, event: Event) -> Result<()> {
        let (number, at) = self.next_place(organization.as_deref()).await?;
        let of_request = match &self.actor.id {
            Some(person) if event.outcome == "done" => self.origin.idempotency.event(person),
            _ => None,
        };
        let id = of_request.unwrap_or_else(random::id);
        let row = event::ActiveModel {
            id: Set(id.clone()),
            organization_id: Set(organization),
            number: Set(number),
            at: Set(at),
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
        self.tx.commit(Some(&id)).await?;
        if let Some(postman) = self.postman.get() {
            postman.notify_one();
        }
        Ok(())
    }
}

impl<Of: Sender> Change<Of> {
    /// Puts a mail into the outbox (rule P8); the postman is called once the change is durable.
    pub(crate) async fn post(&self, mail: outbox::ActiveModel, postman: &Arc<Notify>) -> Result<()> {
        let mail = outbox::ActiveModel { organization_id: Set(self.of.organization().to_owned()), ..mail };
        outbox::Entity::insert(mail).exec_without_returning(&self.tx).await?;
        self.postman.get_or_init(|| postman.clone());
        Ok(())
    }
}

impl Change<Organization> {
    /// Begins a change to an organization by one of its admins. Changes to the same one wait for each other, so
    /// that what one has checked (that an owner stays, that a sign-in method is left) still holds when it commits;
    /// and whoever has stopped being an admin while waiting is refused.
    pub(super) async fn by_admin(
        db: &Db,
        clock: &Clock,
        organization: &str,
        actor: Actor,
        origin: Origin,
    ) -> Result<Self> {
        let of = Organization { id: organization.to_owned(), role: Role::Member };
        let mut change = Self::begin(db, clock, of, actor, origin).await?;
        change.hold_settings(clock, organization, LockType::Update).await?;
        change.refuse_repeated().await?;
        match change.present_role().await? {
            Some(role) if role >= Role::Admin => change.of.role = role,
            _ => return Err(Error::Forbidden(Forbidden::NeedsAdmin)),
        }
        Ok(change)
    }

    async fn present_role(&self) -> Result<Option<Role>> {
        let person = self.actor.id.as_deref().unwrap_or_default();
        let membership = membership::Entity::find()
            .filter(membership::Column::OrganizationId.eq(self.of.id.as_str()))
            .filter(membership::Column::UserId.eq(person))
            .filter(membership::Column::LockedOutAt.is_null());
        let user = user::Entity::find_by_id(person).one(&self.tx).await?;
        let is_active = user.is_some_and(|user| user.status == user::Status::Active);
        let membership = membership.one(&self.tx).await?.filter(|_| is_active);
        Ok(membership.map(|membership| membership.role))
    }

    /// The role of whoever makes the change, as it is inside it.
    pub fn role(&self) -> Role {
        self.of.role
    }

    /// Inserts a row, which is the organization's.
    pub async fn insert<E>(&self, row: impl ActiveModelTrait<Entity = E>) -> Result<()>
    where
        E: Tenant,
    {
        let mut row = row;
        row.set(E::ORGANIZATION, self.of.id.as_str().into());
        E::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// The organization's rows that `narrow` narrows to, as they are inside this change.
    pub async fn all<E: Tenant>(&self, narrow: impl FnOnce(Select<E>) -> Select<E>) -> Result<Vec<E::Model>> {
        let ours = narrow(E::find().filter(E::ORGANIZATION.eq(self.of.id.as_str())));
        Ok(guard(ours, E::ORGANIZATION, &self.of.id).all(&self.tx).await?)
    }

    /// The chosen columns `c0`, `c1`, … of the organization's rows, as they are inside this change.
    pub async fn rows<E: Tenant, T: DeserializeOwned>(
        &self,
        columns: usize,
        narrow: impl FnOnce(Select<E>) -> Select<E>,
    ) -> Result<Vec<T>> {
        let ours = narrow(E::find().filter(E::ORGANIZATION.eq(self.of.id.as_str())));
        rows(&self.tx, guard(ours, E::ORGANIZATION, &self.of.id), columns).await
    }

    /// Updates the organization's rows that `which` narrows to; tells how many there were.
    pub async fn update<E: Tenant>(&self, which: impl FnOnce(UpdateMany<E>) -> UpdateMany<E>) -> Result<u64> {
        let ours = E::update_many().filter(E::ORGANIZATION.eq(self.of.id.as_str()));
        Ok(which(ours).exec(&self.tx).await?.rows_affected)
    }

    /// Deletes the organization's rows that `which` narrows to; tells how many there were.
    pub async fn delete<E: Tenant>(&self, which: impl FnOnce(DeleteMany<E>) -> DeleteMany<E>) -> Result<u64> {
        let ours = E::delete_many().filter(E::ORGANIZATION.eq(self.of.id.as_str()));
        Ok(which(ours).exec(&self.tx).await?.rows_affected)
    }

    /// Members and the accounts behind the memberships, as they are inside this change; whoever is no member is left
    /// out.
    pub async fn members(&self, ids: &[&str]) -> Result<Vec<MemberAccount>> {
        roster::members(&self.tx, &self.of.id, ids).await
    }

    /// Deletes members' own rows that `which` narrows to; tells how many there were.
    pub async fn delete_of<E: Personal>(
        &self,
        members: &[membership::Model],
        which: impl FnOnce(DeleteMany<E>) -> DeleteMany<E>,
    ) -> Result<u64> {
        let ids = members.iter().map(|member| member.user_id.as_str());
        let own = E::delete_many().filter(E::PERSON.is_in(ids));
        Ok(which(own).exec(&self.tx).await?.rows_affected)
    }

    /// Lets members use their accounts, or not.
    pub async fn set_status(&self, members: &[membership::Model], status: user::Status) -> Result<()> {
        user::Entity::update_many()
            .col_expr(user::Column::Status, Expr::value(status))
            .filter(user::Column::Id.is_in(members.iter().map(|member| member.user_id.as_str())))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// The organization's only row of a table, as it is inside this change.
    pub async fn the<E: Tenant>(&self) -> Result<E::Model> {
        let ours = E::find().filter(E::ORGANIZATION.eq(self.of.id.as_str()));
        ours.one(&self.tx).await?.ok_or(Error::NotFound)
    }

    /// Makes the change durable together with its event.
    pub async fn commit(self, event: Event) -> Result<()> {
        let organization = self.of.id.clone();
        self.finish(Some(organization), event).await
    }
}

impl Change<Person> {
    /// Begins a change to a person's own rows. Changes of the same person wait for each other, and for those of
    /// their organization: the rules and sign-in methods that a change looks at hold until it commits. With
    /// [`LockType::Update`] those to the organization wait for it, too: an owner who stays now is there when it
    /// commits (rule 1.5). Whoever was deactivated or deleted while waiting is refused, which leaves an event.
    pub(super) async fn by_person(
        db: &Db,
        clock: &Clock,
        actor: Actor,
        origin: Origin,
        lock: LockType,
    ) -> Result<Self> {
        let mut change = Change::begin(db, clock, Arrival, actor, origin).await?;
        change.hold_settings(clock, SINGLE_ORGANIZATION, lock).await?;
        let id = change.actor.id.clone().unwrap_or_default();
        let user = change.hold(&id).await?;
        change.has_its_turn(clock);
        change.refuse_repeated().await?;
        let Some(user) = user.filter(|user| user.status == user::Status::Active) else {
            let event = Event::refused("access.refused", "no active account any more");
            change.finish(Some(SINGLE_ORGANIZATION.to_owned()), event).await?;
            return Err(Error::Forbidden(Forbidden::NoAccount));
        };
        change.by(user).await
    }

    /// The person's own row, as it is inside this change.
    pub fn person(&self) -> &user::Model {
        &self.of.user
    }

    /// Where the person belongs, as it is inside this change, left out by access rules or not.
    pub fn memberships(&self) -> &[membership::Model] {
        &self.of.memberships
    }

    /// The person as a member who can come in, as it is inside this change: in single tenancy there is one
    /// organization.
    pub fn member(&self) -> Option<&membership::Model> {
        let active = |membership: &&membership::Model| membership.status == membership::Status::Active;
        let here = |membership: &&membership::Model| membership.organization_id == SINGLE_ORGANIZATION;
        self.of.memberships.iter().filter(active).find(here)
    }

    /// Gives the person a place in an organization, as [`Change::<Arrival>::seat`] does.
    pub async fn seat(&self, organization: &str, role: Role) -> Result<()> {
        self.write_seat(organization, &self.of.user, role).await
    }

    /// The transaction, for an account at a provider, which must be nobody else's.
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

    /// Makes the change durable together with its event.
    pub async fn commit(self, event: Event) -> Result<()> {
        let organization = self.of.organization().map(ToOwned::to_owned);
        self.finish(organization, event).await
    }

    /// The same with an event that `organization` keeps, which the person may not belong to yet.
    pub async fn commit_in(self, organization: &str, event: Event) -> Result<()> {
        self.finish(Some(organization.to_owned()), event).await
    }
}

impl Change<Arrival> {
    /// Begins one; those to the organization wait for it, and it for them. A test lists the files that may.
    pub async fn arrival(db: &Db, clock: &Clock, origin: Origin) -> Result<Self> {
        Self::holding(db, clock, origin, LockType::Share).await
    }

    /// Begins one by an operator, which every other change to the organization waits for, as it does for those of
    /// admins: an owner who stays now is there when it commits (rule 1.5). A test lists the files that may.
    pub async fn by_operator(db: &Db, clock: &Clock) -> Result<Self> {
        Self::holding(db, clock, Origin::default(), LockType::Update).await
    }

    async fn holding(db: &Db, clock: &Clock, origin: Origin, lock: LockType) -> Result<Self> {
        let mut change = Self::begin(db, clock, Arrival, Actor::nobody(), origin).await?;
        change.hold_settings(clock, SINGLE_ORGANIZATION, lock).await?;
        Ok(change)
    }

    /// The same change as one of the person whose row it holds.
    async fn by(self, user: user::Model) -> Result<Change<Person>> {
        let theirs = membership::Entity::find().filter(membership::Column::UserId.eq(&user.id));
        let memberships = theirs.order_by_asc(membership::Column::Id).all(&self.tx).await?;
        let Self { tx, actor, origin, at, postman, of: Arrival } = self;
        Ok(Change { tx, of: Person { user, memberships }, actor, origin, at, postman })
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

    /// Gives a person a place in an organization: makes them a member, or gives the member that they are this role; no
    /// access rule leaves them out any more.
    pub async fn seat(&self, organization: &str, person: &user::Model, role: Role) -> Result<()> {
        self.write_seat(organization, person, role).await
    }

    /// Makes it durable together with its event, which `organization` keeps and `actor` did.
    pub async fn commit(mut self, organization: &str, actor: Actor, event: Event) -> Result<()> {
        self.actor = actor;
        self.finish(Some(organization.to_owned()), event).await
    }
}
