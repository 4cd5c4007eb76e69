//! Links by which an operator lets somebody in who can't sign in any other way: for one person, once, for ten minutes.
//! Only the hash of a link's token is stored.

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::standing;
use crate::access::{Arrival, Change, Db, SINGLE_ORGANIZATION};
use crate::address::EmailAddress;
use crate::app::Services;
use crate::audit::{Actor, Event, Origin};
use crate::clock::Clock;
use crate::config::Config;
use crate::entity::sign_in_link::{ActiveModel, Column, Entity, Model};
use crate::entity::user::Status;
use crate::entity::{Timestamp, membership, user};
use crate::error::{Error, Result};
use crate::gate::InstanceLists;
use crate::random;
use crate::users::shell::{Acted, Refusal};

/// How long a link can be used.
pub const LIFETIME: Duration = Duration::minutes(10);
/// How long a link is remembered once it is over, to say so.
const REMEMBERED: Duration = Duration::days(1);

/// A link that was made.
pub struct Made {
    /// The full address that signs in.
    pub address: String,
    /// The address of the person's account.
    pub email: String,
    /// Whether the access rules leave the person out all the same (rule 2.4).
    pub is_locked_out: bool,
}

/// Makes a link that signs in whoever has the address.
///
/// # Errors
/// When nobody has the address, or the person is deactivated or left out by the installation's lists.
pub async fn make(db: &Db, clock: &Clock, config: &Config, email: &EmailAddress) -> Acted<Made> {
    let change = Change::by_operator(db, clock).await?;
    let user = standing::holder(change.connection(), email).await?;
    let user = user.ok_or_else(|| Refusal::Unknown(email.clone()))?;
    if user.status == Status::Deactivated {
        return Err(Refusal::Deactivated(user.email));
    }
    if !is_within(&config.instance, &user)? {
        return Err(Refusal::BeyondLimits(user.email));
    }
    let token = random::token().map_err(Error::from)?;
    let is_locked_out = is_locked_out(change.connection(), &user).await?;
    let row = ActiveModel {
        token_hash: Set(random::hash(&token)),
        user_id: Set(user.id),
        expires_at: Set(Timestamp::from(*change.at() + LIFETIME)),
        used_at: Set(None),
    };
    change.insert(row).await?;
    let event = Event::done("sign_in_link.made", user.email.as_str());
    change.commit(SINGLE_ORGANIZATION, Actor::operator(), event).await?;
    let address = config.base_url.link(&format!("/sign-in-links/{token}"));
    Ok(Made { address, email: user.email, is_locked_out })
}

async fn is_locked_out(connection: &impl ConnectionTrait, user: &user::Model) -> Result<bool> {
    let here = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(SINGLE_ORGANIZATION))
        .filter(membership::Column::UserId.eq(&user.id))
        .filter(membership::Column::LockedOutAt.is_not_null());
    Ok(here.one(connection).await?.is_some())
}

/// What is behind a link.
pub enum Landing {
    /// It signs in the person with this address.
    Open(String),
    /// It was used, or is too old.
    Over,
    Unknown,
}

/// Looks at a link; changes nothing.
pub async fn look(services: &Services, token: &str) -> Result<Landing> {
    let now = Timestamp::from(services.clock.now());
    Ok(match find(services.db.outside_any_organization(), token).await? {
        None => Landing::Unknown,
        Some((link, _)) if is_over(&link, now) => Landing::Over,
        Some((_, user)) => Landing::Open(user.email),
    })
}

/// How using a link ended.
pub enum Taken {
    /// The id of the person who is in.
    In(String),
    /// The person with this address stays outside.
    Out(String),
    /// It was used, or is too old.
    Over,
    Unknown,
}

/// Uses a link, once: of many at once the database lets one close it.
pub async fn take(services: &Services, origin: &Origin, token: &str) -> Result<Taken> {
    let change = Change::<Arrival>::arrival(&services.db, &services.clock, origin.clone()).await?;
    let Some((link, user)) = find(change.connection(), token).await? else { return Ok(Taken::Unknown) };
    let Some(user) = change.hold(&user.id).await? else { return Ok(Taken::Unknown) };
    if is_over(&link, change.at()) {
        return Ok(Taken::Over);
    }
    if user.status == Status::Deactivated || !is_within(&services.config.instance, &user)? {
        let event = Event::refused("session.started_by_link", user.email.as_str());
        let event = event.resulting_in(json!({ "reason": "not_admitted" }));
        change.commit(SINGLE_ORGANIZATION, Actor::nobody(), event).await?;
        return Ok(Taken::Out(user.email));
    }
    if !claim(&change, &link).await? {
        return Ok(Taken::Over);
    }
    let actor = Actor { id: Some(user.id.clone()), name: user.email.clone() };
    change.commit(SINGLE_ORGANIZATION, actor, Event::done("session.started_by_link", user.email)).await?;
    Ok(Taken::In(user.id))
}

async fn claim(change: &Change<Arrival>, link: &Model) -> Result<bool> {
    let claimed = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(change.at()))
        .filter(Column::TokenHash.eq(&link.token_hash))
        .filter(Column::UsedAt.is_null())
        .exec(change.connection())
        .await?;
    Ok(claimed.rows_affected == 1)
}

async fn find(connection: &impl ConnectionTrait, token: &str) -> Result<Option<(Model, user::Model)>> {
    let Some(link) = Entity::find_by_id(random::hash(token)).one(connection).await? else { return Ok(None) };
    let user = user::Entity::find_by_id(&link.user_id).one(connection).await?;
    Ok(user.map(|user| (link, user)))
}

fn is_over(link: &Model, now: Timestamp) -> bool {
    link.used_at.is_some() || *link.expires_at <= *now
}

/// Whether the installation's lists leave the person in: no link widens them (rule 2.1).
fn is_within(lists: &InstanceLists, user: &user::Model) -> Result<bool> {
    let email = EmailAddress::stored(&user.email)?;
    Ok(lists.admits(&email))
}

/// Forgets links that are long over.
pub async fn forget_old(services: &Services) -> Result<()> {
    let old = Column::ExpiresAt.lte(Timestamp::from(services.clock.now() - REMEMBERED));
    Entity::delete_many().filter(old).exec(services.db.write_outside_any_organization()).await?;
    Ok(())
}
