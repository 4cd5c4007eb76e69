//! How a change begins, and what every kind of it can do.

use std::sync::{Arc, OnceLock};

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::sync::Notify;

use crate::authority::event::{Actor, Origin};
use crate::clock::Clock;
use crate::db::{Db, Transaction};
use crate::entity::organization::{self, State};
use crate::entity::{Timestamp, membership, org_settings, outbox, user};
use crate::error::Result;
use crate::role::Role;

/// A write under way, in one organization or in the installation.
pub struct Change<Of> {
    pub(super) tx: Transaction,
    /// The organization's id; none for a change to the installation.
    pub(super) organization: Option<String>,
    pub(super) of: Of,
    pub(super) actor: Actor,
    pub(super) origin: Origin,
    pub(super) at: Timestamp,
    /// Who waits for mail that this change has queued.
    pub(super) mail_wake: OnceLock<Arc<Notify>>,
}

/// Who begins a change, in which organization (its id; none for the installation), and from where.
#[derive(Clone)]
pub struct Beginning<'a> {
    pub db: &'a Db,
    pub clock: &'a Clock,
    pub organization: Option<&'a str>,
    /// The ids of further organizations that it concerns.
    pub also: Vec<String>,
    pub actor: Actor,
    /// The id of the entry by which an operator is there.
    pub entry: Option<&'a str>,
    pub origin: Origin,
}

impl<Of> Change<Of> {
    /// Waits for its turn, as every change does before it reads what it decides by: first for the settings of the
    /// organizations that it concerns, in the order of their ids, then for a person's row ([`Self::hold`]). Who locks in
    /// one order never waits in a circle.
    pub(super) async fn begin(beginning: Beginning<'_>, of: Of, lock: LockType) -> Result<Self> {
        let Beginning { db, clock, organization, also, actor, entry: _, origin } = beginning;
        let tx = db.begin().await?;
        let mut concerned: Vec<&str> = also.iter().map(String::as_str).chain(organization).collect();
        concerned.sort_unstable();
        concerned.dedup();
        for organization in concerned {
            org_settings::Entity::find_by_id(organization).lock(lock).one(&tx).await?;
        }
        let (organization, at) = (organization.map(str::to_owned), Timestamp::from(clock.now()));
        Ok(Self { tx, organization, of, actor, origin, at, mail_wake: OnceLock::new() })
    }

    /// Tells the moment once no one has to be waited for: events would come into the log below newer ones.
    pub(super) fn has_its_turn(&mut self, clock: &Clock) {
        self.at = Timestamp::from(clock.now());
    }

    /// The moment of this change: every row it writes bears the same.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// A person's row, which stays as it is until this change is over; none for an account that is gone.
    pub async fn hold(&self, person: &str) -> Result<Option<user::Model>> {
        Ok(user::Entity::find_by_id(person).lock_exclusive().one(&self.tx).await?)
    }

    /// Whether the organization of this id is there, and not being deleted, as it is inside this change. Who waits for its
    /// settings in [`Self::begin`] finds that unchanged until the commit.
    pub async fn is_there(&self, organization: &str) -> Result<bool> {
        let there = organization::Entity::find_by_id(organization)
            .filter(organization::Column::State.eq(State::Active));
        Ok(there.one(&self.tx).await?.is_some())
    }

    /// Puts a mail into the outbox of the organization, or of the installation (rule P8); the mail worker is woken once the change is durable.
    pub(crate) async fn post(&self, mail: outbox::ActiveModel, mail_wake: &Arc<Notify>) -> Result<()> {
        let mail = outbox::ActiveModel { organization_id: Set(self.organization.clone()), ..mail };
        self.put(mail, mail_wake).await
    }

    /// Puts a mail into the outbox of the installation.
    pub(crate) async fn post_for_installation(
        &self,
        mail: outbox::ActiveModel,
        mail_wake: &Arc<Notify>,
    ) -> Result<()> {
        self.put(outbox::ActiveModel { organization_id: Set(None), ..mail }, mail_wake).await
    }

    async fn put(&self, mail: outbox::ActiveModel, mail_wake: &Arc<Notify>) -> Result<()> {
        outbox::Entity::insert(mail).exec_without_returning(&self.tx).await?;
        self.mail_wake.get_or_init(|| mail_wake.clone());
        Ok(())
    }

    /// Gives a person a place in an organization: makes them a member, or gives the member that they are this role; no
    /// access rule leaves them out any more. `email` is the verified address by which they join; who is a member keeps
    /// theirs. A suspended membership stays suspended.
    pub(super) async fn write_membership(
        &self,
        organization: &str,
        person: &user::Model,
        email: &str,
        role: Role,
    ) -> Result<()> {
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
            email: Set(email.to_owned()),
            joined_at: Set(self.at),
            last_seen_at: Set(self.at),
            ..Default::default()
        };
        membership::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }
}
