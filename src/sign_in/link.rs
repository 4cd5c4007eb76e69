//! Links by which an operator lets someone in who can't sign in any other way: for one person, once, for ten minutes.
//! Only the hash of a link's token is stored.

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::address::EmailAddress;
use crate::authority::{Change, Doorstep, Event, FromOutside, Services};
use crate::entity::Timestamp;
use crate::entity::sign_in_link::{Column, Entity, Model};
use crate::entity::user::{self, Status};
use crate::error::Result;
use crate::gate::InstanceLists;
use crate::random;

/// How long a link can be used.
pub const LIFETIME: Duration = Duration::minutes(10);
/// How long a link is remembered once it is over, to say so.
const REMEMBERED: Duration = Duration::days(1);

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
pub async fn take(door: &Doorstep<'_>, token: &str) -> Result<Taken> {
    let change = door.change().await?;
    let Some((link, user)) = find(change.connection(), token).await? else { return Ok(Taken::Unknown) };
    let Some(user) = change.hold(&user.id).await? else { return Ok(Taken::Unknown) };
    if is_over(&link, change.at()) {
        return Ok(Taken::Over);
    }
    if user.status == Status::Deactivated || !is_within(&door.services.config.instance, &user)? {
        let event = Event::refused("session.started_by_link", user.email.as_str());
        let event = event.resulting_in(json!({ "reason": "not_admitted" }));
        change.commit(event).await?;
        return Ok(Taken::Out(user.email));
    }
    if !claim(&change, &link).await? {
        return Ok(Taken::Over);
    }
    change.by(&user).commit(Event::done("session.started_by_link", user.email.as_str())).await?;
    Ok(Taken::In(user.id))
}

async fn claim(change: &Change<FromOutside>, link: &Model) -> Result<bool> {
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
pub(super) fn is_within(lists: &InstanceLists, user: &user::Model) -> Result<bool> {
    let email = EmailAddress::stored(&user.email)?;
    Ok(lists.admits(&email))
}

/// Forgets links that are long over.
pub async fn forget_old(services: &Services) -> Result<()> {
    let old = Column::ExpiresAt.lte(Timestamp::from(services.clock.now() - REMEMBERED));
    Entity::delete_many().filter(old).exec(services.db.write_outside_any_organization()).await?;
    Ok(())
}
