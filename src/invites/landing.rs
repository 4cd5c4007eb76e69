//! What a link leads to: looked at by anybody, changed by nobody who only looks (rule 3.4).

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::Status;
use super::token::Token;
use crate::access::{Arrival, Change, Role, SignedIn};
use crate::address::EmailAddress;
use crate::app::Services;
use crate::audit::{Actor, Event, Origin};
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::entity::user::Status as Activity;
use crate::entity::{identity, invite, membership, organization, user};
use crate::error::{Error, Result};
use crate::mail::{self, Letter};

/// What there is behind a link.
pub enum Landing {
    /// Nothing, or nothing that this link opens.
    Unknown,
    /// Taken back, or followed by a newer link: to the visitor the same.
    Over,
    Expired(Open),
    Used(Open),
    /// Waits to be accepted.
    Open(Open),
}

/// An invite with what a page may say about it.
pub struct Open {
    pub invite: Model,
    pub organization: String,
    /// Whether the inviter may still give the role.
    pub stands: bool,
}

/// Looks behind a link.
pub async fn look(services: &Services, token: &str) -> Result<Landing> {
    let Some(token) = Token::parse(token) else { return Ok(Landing::Unknown) };
    let connection = services.db.outside_any_organization();
    let Some(invite) = Entity::find_by_id(&token.id).one(connection).await? else {
        return Ok(Landing::Unknown);
    };
    if !token.is_of(services, invite.generation) {
        let replaced = token.was_replaced(services, invite.generation);
        return Ok(if replaced { Landing::Over } else { Landing::Unknown });
    }
    let status = Status::of(&invite, services.clock.now());
    let organization = organization::Entity::find_by_id(&invite.organization_id).one(connection).await?;
    let organization = organization.ok_or(Error::NotFound)?.name;
    let open = Open { stands: stands(connection, &invite).await?, invite, organization };
    Ok(match status {
        Status::Pending => Landing::Open(open),
        Status::Expired => Landing::Expired(open),
        Status::Accepted => Landing::Used(open),
        Status::Revoked => Landing::Over,
    })
}

/// Whether whoever has invited may still give the role: an admin of the organization, and not above their own.
pub async fn stands(connection: &impl ConnectionTrait, invite: &Model) -> Result<bool> {
    let membership = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(&invite.organization_id))
        .filter(membership::Column::UserId.eq(&invite.invited_by))
        .filter(membership::Column::LockedOutAt.is_null())
        .one(connection)
        .await?;
    let person = user::Entity::find_by_id(&invite.invited_by).one(connection).await?;
    let is_active = person.is_some_and(|person| person.status == Activity::Active);
    Ok(is_active && membership.is_some_and(|m| m.role >= Role::Admin && m.role >= invite.role))
}

/// Whether an address is one that the person has proven: their own, or that of an account they sign in with.
pub async fn is_of(connection: &impl ConnectionTrait, person: &str, email: &str) -> Result<bool> {
    let own = user::Entity::find_by_id(person).filter(user::Column::Email.eq(email));
    if own.one(connection).await?.is_some() {
        return Ok(true);
    }
    let connected = identity::Entity::find()
        .filter(identity::Column::UserId.eq(person))
        .filter(identity::Column::Email.eq(email));
    Ok(connected.one(connection).await?.is_some())
}

/// The open invites of a person's addresses, which they are asked about.
pub async fn waiting_for(person: &SignedIn) -> Result<Vec<Open>> {
    let connection = person.services.db.outside_any_organization();
    let accounts = crate::account::identities(person).await?;
    let emails = accounts.into_iter().map(|account| account.email).chain([person.visitor.email.clone()]);
    let open = Entity::find()
        .filter(Column::State.eq(Stage::Open))
        .filter(Column::Email.is_in(emails))
        .all(connection)
        .await?;
    let now = person.services.clock.now();
    let mut waiting = Vec::new();
    for invite in open.into_iter().filter(|invite| Status::of(invite, now) == Status::Pending) {
        let row = organization::Entity::find_by_id(&invite.organization_id).one(connection).await?;
        let organization = row.map(|row| row.name).unwrap_or_default();
        waiting.push(Open { stands: stands(connection, &invite).await?, invite, organization });
    }
    Ok(waiting)
}

/// The role that an open invite gives to `email` in the organization, if there is one.
pub async fn open_for(
    connection: &impl ConnectionTrait,
    organization: &str,
    email: &EmailAddress,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<Role>> {
    let open = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Email.eq(email.as_str()))
        .filter(Column::State.eq(Stage::Open))
        .one(connection)
        .await?;
    let Some(invite) = open.filter(|invite| Status::of(invite, now) == Status::Pending) else {
        return Ok(None);
    };
    Ok(stands(connection, &invite).await?.then_some(invite.role))
}

/// Tells the inviter, once, that somebody came with a link that is over.
pub async fn ask_for_another(services: &Services, origin: &Origin, token: &str) -> Result<Landing> {
    let landing = look(services, token).await?;
    let Landing::Expired(Open { invite, .. }) = &landing else { return Ok(landing) };
    if invite.asked_at.is_some() {
        return Ok(landing);
    }
    let change = Change::<Arrival>::arrival(&services.db, &services.clock, origin.clone()).await?;
    let asked = invite::ActiveModel { asked_at: Set(Some(change.at())), ..Default::default() };
    let first = Entity::update_many()
        .set(asked)
        .filter(Column::Id.eq(&invite.id))
        .filter(Column::AskedAt.is_null())
        .exec(change.connection())
        .await?;
    if first.rows_affected == 1 {
        if let Some(inviter) = user::Entity::find_by_id(&invite.invited_by).one(change.connection()).await? {
            let to = EmailAddress::stored(&inviter.email)?;
            let letter = Letter::InviteAskedFor { invite: invite.id.clone() };
            mail::queue(&services.mail, &change, &to, &letter).await?;
        }
        let event = Event::done("invite.asked_for", invite.email.as_str());
        change.commit(&invite.organization_id, Actor::nobody(), event).await?;
    }
    look(services, token).await
}
