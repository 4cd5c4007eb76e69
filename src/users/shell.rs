//! What an operator does about people from the shell, while servers run: they see it on the next request (rule P5).

use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::Status;
use super::changes::tell_role;
use super::owners::{Entrance, Loss, Owners};
use crate::access::{Arrival, Change, Db, Role, SINGLE_ORGANIZATION};
use crate::address::EmailAddress;
use crate::audit::{Actor, Event};
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::entity::user::Status as Activity;
use crate::entity::{Timestamp, membership, session, user};
use crate::error::{Error, Result};
use crate::gate::InstanceLists;
use crate::mail::Mail;
use crate::sign_in::standing;

/// Accounts that are read at once.
const BATCH: u64 = 1000;

/// Why an operator is refused, in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("nobody here has the address {0}. `gatehouse user list` shows everybody.")]
    Unknown(EmailAddress),
    #[error(
        "{0} is no member of the organization. `gatehouse user promote {0} --role member` makes them one."
    )]
    NoMember(String),
    #[error("{0} is deactivated. Run `gatehouse user reactivate {0}` first.")]
    Deactivated(String),
    #[error("{0} is the only owner who can come in. Promote somebody else first.")]
    LastOwner(String),
    #[error("whether another owner can come in can't be told: {0}")]
    Unjudged(ConfigError),
    #[error(
        "the lists of the installation leave {0} out: change GATEHOUSE_ALLOWED_DOMAINS, GATEHOUSE_ALLOWED_EMAILS, \
         GATEHOUSE_BLOCKED_DOMAINS or GATEHOUSE_BLOCKED_EMAILS"
    )]
    BeyondLimits(String),
    #[error(
        "{email} is {is}, which is above {role}. `gatehouse user demote {email} --role {role}` lowers them."
    )]
    IsAbove { email: String, is: &'static str, role: &'static str },
    #[error(
        "{email} is {is}, which is below {role}. `gatehouse user promote {email} --role {role}` raises them."
    )]
    IsBelow { email: String, is: &'static str, role: &'static str },
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What an operator has done, or is refused.
pub type Acted<T> = std::result::Result<T, Refusal>;

/// What came of it.
pub struct Outcome {
    /// The address of the person's account.
    pub email: String,
    /// Whether anything had to be changed.
    pub changed: bool,
    /// Whether the access rules had left the person out (rule 2.4).
    pub was_locked_out: bool,
    pub sessions_ended: u64,
    /// Whether a mail tells the person.
    pub told: bool,
}

/// The names of the providers and the instance's lists, as far as the shell has the server's settings.
pub type Configured = std::result::Result<(Vec<String>, InstanceLists), ConfigError>;

/// An account in the list.
#[derive(FromQueryResult)]
pub struct Account {
    pub id: String,
    pub email: String,
    pub name: String,
    activity: Activity,
    /// None for somebody who is no member.
    pub role: Option<Role>,
    /// None for somebody who is no member.
    standing: Option<Status>,
    /// None for somebody who is no member.
    pub last_seen_at: Option<Timestamp>,
}

impl Account {
    /// Whether the person can come in, as lists of members tell it.
    pub fn status(&self) -> Status {
        self.standing.unwrap_or(match self.activity {
            Activity::Deactivated => Status::Deactivated,
            Activity::Active => Status::Active,
        })
    }
}

/// The next accounts behind the address `after`, in the order of their addresses; the last batch is followed by an
/// empty one.
///
/// # Errors
/// When the database can't be asked.
pub async fn accounts(db: &Db, role: Option<Role>, after: &str) -> Result<Vec<Account>> {
    let here = |_, seat| Expr::col((seat, membership::Column::OrganizationId)).eq(SINGLE_ORGANIZATION);
    let seat = user::Entity::belongs_to(membership::Entity)
        .from(user::Column::Id)
        .to(membership::Column::UserId)
        .on_condition(move |left, right| here(left, right).into_condition())
        .into();
    let mut accounts = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Email, user::Column::Name])
        .column_as(user::Column::Status, "activity")
        .column_as(membership::Column::Status, "standing")
        .columns([membership::Column::Role, membership::Column::LastSeenAt])
        .join(JoinType::LeftJoin, seat)
        .filter(user::Column::Email.gt(after))
        .order_by_asc(user::Column::Email)
        .limit(BATCH);
    if let Some(role) = role {
        accounts = accounts.filter(membership::Column::Role.eq(role));
    }
    Ok(accounts.into_model().all(db.outside_any_organization()).await?)
}

/// Raises a person to `role`, and lets them in again if the access rules have left them out; makes a member of
/// somebody who is none. They hear of another role by mail.
///
/// # Errors
/// When nobody has the address, or the person is deactivated or above `role`.
pub async fn promote(
    db: &Db,
    clock: &Clock,
    mail: &Mail,
    email: &EmailAddress,
    role: Role,
) -> Acted<Outcome> {
    let act = Act::on(db, clock, email, "user.role_changed").await?;
    let is = act.role();
    if act.user.status == Activity::Deactivated {
        return Err(Refusal::Deactivated(act.user.email));
    }
    if let Some(is) = is.filter(|is| *is > role) {
        return Err(Refusal::IsAbove { email: act.user.email, is: is.name(), role: role.name() });
    }
    if is == Some(role) && !act.is_locked_out() {
        return Ok(act.unchanged());
    }
    act.change.seat(SINGLE_ORGANIZATION, &act.user, role).await?;
    let told = is != Some(role) && act.tell(mail, role).await?;
    let before = json!({ "role": is, "lockedOut": act.is_locked_out() });
    let outcome =
        act.done(0, |event| event.with(before, json!({ "role": role, "lockedOut": false }))).await?;
    Ok(Outcome { told, ..outcome })
}

/// Lowers a member to `role`. They hear of it by mail.
///
/// # Errors
/// When nobody has the address, or the person is no member, below `role`, or the last owner (rule 1.5); for an owner also
/// when the configuration does not tell who can come in.
pub async fn demote(
    db: &Db,
    clock: &Clock,
    mail: &Mail,
    entrance: Configured,
    email: &EmailAddress,
    role: Role,
) -> Acted<Outcome> {
    let act = Act::on(db, clock, email, "user.role_changed").await?;
    let Some(is) = act.role() else { return Err(Refusal::NoMember(act.user.email)) };
    if is < role {
        return Err(Refusal::IsBelow { email: act.user.email, is: is.name(), role: role.name() });
    }
    if is == role {
        return Ok(act.unchanged());
    }
    let organizations = if is == Role::Owner { vec![SINGLE_ORGANIZATION.to_owned()] } else { Vec::new() };
    let act = act.unless_the_last_owner(entrance, &organizations).await?;
    act.lower(role).await?;
    let told = act.tell(mail, role).await?;
    let outcome = act.done(0, |event| event.with(json!({ "role": is }), json!({ "role": role }))).await?;
    Ok(Outcome { told, ..outcome })
}

/// Ends a person's access until they are let in again: their account can't be used, and their sessions are over.
///
/// # Errors
/// When nobody has the address, or the person is the last owner (rule 1.5); for an owner also when the configuration
/// does not tell who can come in.
pub async fn deactivate(
    db: &Db,
    clock: &Clock,
    entrance: Configured,
    email: &EmailAddress,
) -> Acted<Outcome> {
    let act = Act::on(db, clock, email, "user.deactivated").await?;
    if act.user.status == Activity::Deactivated {
        return Ok(act.unchanged());
    }
    let organizations = act.owned().await?;
    let act = act.unless_the_last_owner(entrance, &organizations).await?;
    act.set_status(Activity::Deactivated).await?;
    let ended = act.end_sessions().await?;
    Ok(act.done(ended, |event| event.resulting_in(json!({ "sessionsEnded": ended }))).await?)
}

/// Undoes [`deactivate`]: the person can sign in again.
///
/// # Errors
/// When nobody has the address.
pub async fn reactivate(db: &Db, clock: &Clock, email: &EmailAddress) -> Acted<Outcome> {
    let act = Act::on(db, clock, email, "user.reactivated").await?;
    if act.user.status == Activity::Active {
        return Ok(act.unchanged());
    }
    act.set_status(Activity::Active).await?;
    Ok(act.done(0, |event| event).await?)
}

/// Ends the sessions of everybody, who has to sign in again; tells how many there were.
///
/// # Errors
/// When the database can't do it.
pub async fn end_all_sessions(db: &Db, clock: &Clock) -> Result<u64> {
    let change = Change::by_operator(db, clock).await?;
    let ended = session::Entity::delete_many().exec(change.connection()).await?.rows_affected;
    if ended > 0 {
        let event = Event::done("session.all_ended", "everybody").resulting_in(json!({ "ended": ended }));
        change.commit(SINGLE_ORGANIZATION, Actor::operator(), event).await?;
    }
    Ok(ended)
}

/// Something that is being done about a person.
struct Act {
    change: Change<Arrival>,
    action: &'static str,
    user: user::Model,
    membership: Option<membership::Model>,
}

impl Act {
    async fn on(db: &Db, clock: &Clock, email: &EmailAddress, action: &'static str) -> Acted<Self> {
        let change = Change::by_operator(db, clock).await?;
        let user = standing::holder(change.connection(), email).await?;
        let user = user.ok_or_else(|| Refusal::Unknown(email.clone()))?;
        let membership = membership_of(&change, &user).await?;
        Ok(Self { change, action, user, membership })
    }

    fn role(&self) -> Option<Role> {
        self.membership.as_ref().map(|membership| membership.role)
    }

    fn is_locked_out(&self) -> bool {
        self.membership.as_ref().is_some_and(|membership| membership.locked_out_at.is_some())
    }

    /// Goes on, or leaves an event of the refusal when an organization would have no owner any more who can come in.
    async fn unless_the_last_owner(self, entrance: Configured, organizations: &[String]) -> Acted<Self> {
        if organizations.is_empty() {
            return Ok(self);
        }
        let (providers, lists) = entrance.map_err(Refusal::Unjudged)?;
        for organization in organizations {
            let entrance =
                Entrance { providers: providers.iter().map(String::as_str).collect(), lists: &lists };
            let owners = Owners::of(self.change.connection(), organization, entrance).await?;
            if !owners.can_spare(Loss::People(&[&self.user.id])) {
                let event = Event::refused(self.action, self.user.email.as_str());
                self.change.commit(SINGLE_ORGANIZATION, Actor::operator(), event).await?;
                return Err(Refusal::LastOwner(self.user.email));
            }
        }
        Ok(self)
    }

    /// Where the person is an owner.
    async fn owned(&self) -> Result<Vec<String>> {
        let seats = membership::Entity::find()
            .filter(membership::Column::UserId.eq(&self.user.id))
            .filter(membership::Column::Role.eq(Role::Owner));
        let seats = seats.all(self.change.connection()).await?;
        Ok(seats.into_iter().map(|seat| seat.organization_id).collect())
    }

    /// Whom the access rules leave out stays out.
    async fn lower(&self, role: Role) -> Result<()> {
        membership::Entity::update_many()
            .col_expr(membership::Column::Role, Expr::value(role))
            .filter(membership::Column::OrganizationId.eq(SINGLE_ORGANIZATION))
            .filter(membership::Column::UserId.eq(&self.user.id))
            .exec(self.change.connection())
            .await?;
        Ok(())
    }

    async fn set_status(&self, status: Activity) -> Result<()> {
        user::Entity::update_many()
            .col_expr(user::Column::Status, Expr::value(status))
            .filter(user::Column::Id.eq(&self.user.id))
            .exec(self.change.connection())
            .await?;
        Ok(())
    }

    async fn end_sessions(&self) -> Result<u64> {
        let theirs = session::Entity::delete_many().filter(session::Column::UserId.eq(&self.user.id));
        Ok(theirs.exec(self.change.connection()).await?.rows_affected)
    }

    /// The person hears of their role as of one that is given on the page; the server's process delivers the mail.
    async fn tell(&self, mail: &Mail, role: Role) -> Result<bool> {
        tell_role(mail, &self.change, &self.user, role).await
    }

    fn unchanged(self) -> Outcome {
        let was_locked_out = self.is_locked_out();
        Outcome { email: self.user.email, changed: false, was_locked_out, sessions_ended: 0, told: false }
    }

    async fn done(self, sessions_ended: u64, tell: impl FnOnce(Event) -> Event) -> Result<Outcome> {
        let event = tell(Event::done(self.action, self.user.email.as_str()));
        let was_locked_out = self.is_locked_out();
        self.change.commit(SINGLE_ORGANIZATION, Actor::operator(), event).await?;
        Ok(Outcome { email: self.user.email, changed: true, was_locked_out, sessions_ended, told: false })
    }
}

async fn membership_of(change: &Change<Arrival>, user: &user::Model) -> Result<Option<membership::Model>> {
    let here = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(SINGLE_ORGANIZATION))
        .filter(membership::Column::UserId.eq(&user.id));
    Ok(here.one(change.connection()).await?)
}
