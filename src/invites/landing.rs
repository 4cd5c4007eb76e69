//! What a link leads to: looked at by anyone, changed by no one who only looks (rule 3.4).

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::token::Token;
use crate::address::EmailAddress;
use crate::authority::session::Visitor;
use crate::authority::{Anyone, Event, Organization, Services, SignedIn};
use crate::entity::invite::{self, Column, Entity, Model, Stage};
use crate::entity::organization::State;
use crate::entity::{identity, organization, user};
use crate::error::{Error, Result};
use crate::mail::{self, MailKind};
use crate::membership::invited::{Status, stands};
use crate::membership::known::membership_in;

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
    pub organization: Organization,
    /// Whether the inviter may still give the role.
    pub stands: bool,
}

/// Looks behind a link.
///
/// # Errors
/// When the database can't be asked.
pub async fn look(services: &Services, token: &str) -> Result<Landing> {
    let Some(token) = Token::parse(token) else { return Ok(Landing::Unknown) };
    let connection = services.db.outside_any_organization();
    match token.invite(connection).await? {
        Some(invite) => behind(connection, services, &token, invite, services.clock.now()).await,
        None => Ok(Landing::Unknown),
    }
}

/// What a link leads to at `now` that speaks of this invite.
///
/// # Errors
/// When the database can't be asked.
pub async fn behind(
    connection: &impl ConnectionTrait,
    services: &Services,
    token: &Token,
    invite: Model,
    now: DateTime<Utc>,
) -> Result<Landing> {
    if !token.is_of(services, invite.generation) {
        let replaced = token.was_replaced(services, invite.generation);
        return Ok(if replaced { Landing::Over } else { Landing::Unknown });
    }
    let status = Status::of(&invite, now);
    let organization = organization::Entity::find_by_id(&invite.organization_id).one(connection).await?;
    let organization = organization.ok_or(Error::NotFound)?;
    if organization.state != State::Active {
        return Ok(Landing::Over);
    }
    let organization = Organization::from(organization);
    let open = Open { stands: stands(connection, &invite).await?, invite, organization };
    Ok(match status {
        Status::Pending => Landing::Open(open),
        Status::Expired => Landing::Expired(open),
        Status::Accepted => Landing::Used(open),
        Status::Revoked => Landing::Over,
    })
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

/// Whether an invite is for the person who looks at it.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_theirs(services: &Services, visitor: &Visitor, open: &Open) -> Result<bool> {
    is_of(services.db.outside_any_organization(), &visitor.id, &open.invite.email).await
}

/// The open invites of a person's addresses, which they are asked about.
pub async fn waiting_for(person: &SignedIn) -> Result<Vec<Open>> {
    let connection = person.services.db.outside_any_organization();
    let accounts = crate::membership::identities::identities(person).await?;
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
        let there = row.filter(|row| row.state == State::Active);
        let Some(organization) = there.map(Organization::from) else { continue };
        waiting.push(Open { stands: stands(connection, &invite).await?, invite, organization });
    }
    Ok(waiting)
}

/// Tells the inviter, once, that someone came with a link that is over.
pub async fn ask_for_another(anyone: &Anyone, token: &str) -> Result<Landing> {
    let services = &anyone.services;
    let landing = look(services, token).await?;
    let Landing::Expired(Open { invite, organization, .. }) = &landing else { return Ok(landing) };
    if invite.asked_at.is_some() {
        return Ok(landing);
    }
    let change = anyone.doorstep(Some(organization)).change().await?;
    if !change.is_there(&organization.id).await? {
        return Ok(Landing::Over);
    }
    let asked = invite::ActiveModel { asked_at: Set(Some(change.at())), ..Default::default() };
    let first = Entity::update_many()
        .set(asked)
        .filter(Column::Id.eq(&invite.id))
        .filter(Column::AskedAt.is_null())
        .exec(change.connection())
        .await?;
    if first.rows_affected == 1 {
        if let Some(inviter) = user::Entity::find_by_id(&invite.invited_by).one(change.connection()).await? {
            let known = membership_in(change.connection(), &organization.id, &inviter.id).await?;
            let known = known.map(|membership| membership.email);
            // Where there are many organizations, who has left this one is told nothing by it any more.
            let is_multi = services.config.tenancy.is_multi();
            let email = known.or_else(|| (!is_multi).then_some(inviter.email));
            let to = email.map(|email| EmailAddress::stored(&email)).transpose()?;
            let letter = MailKind::InviteAskedFor { invite: invite.id.clone() };
            if let Some(to) = to {
                mail::queue(&services.mail, &change, &to, &letter).await?;
            }
        }
        let event = Event::done("invite.asked_for", invite.email.as_str());
        change.commit(event).await?;
    }
    look(services, token).await
}
