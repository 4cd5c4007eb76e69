//! Accepting: by a signed-in person whose proven address is the invited one, once (rules 3.4, 3.5).

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

use super::Status;
use super::landing::{is_of, stands};
use super::token::Token;
use crate::access::{Arrival, Change, Role, SignedIn};
use crate::address::EmailAddress;
use crate::audit::{Actor, Event};
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::entity::{membership, org_settings, user};
use crate::error::{Error, Result};
use crate::gate::InstanceLists;

/// How accepting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// The person is a member now, with at least the invite's role.
    Done,
    /// There is no such link.
    Unknown,
    /// It is over: accepted, expired, revoked or replaced.
    Over,
    /// It is for another address.
    ForSomebodyElse,
    /// Whoever has invited may not give the role any more.
    InviterLostIt,
    /// The installation's lists leave the address out; no invite widens them (rule 2.1).
    BeyondLimits,
}

impl Acceptance {
    fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unknown => "unknown",
            Self::Over => "over",
            Self::ForSomebodyElse => "for_somebody_else",
            Self::InviterLostIt => "inviter_lost_it",
            Self::BeyondLimits => "beyond_limits",
        }
    }
}

/// Accepts the invite behind `token` for `person`.
pub async fn accept(person: &SignedIn, token: &str) -> Result<Acceptance> {
    let Some(token) = Token::parse(token) else { return Ok(Acceptance::Unknown) };
    let services = &person.services;
    let change = Change::<Arrival>::arrival(&services.db, &services.clock, person.origin.clone()).await?;
    let Some(invite) = Entity::find_by_id(&token.id).one(change.connection()).await? else {
        return Ok(Acceptance::Unknown);
    };
    // As a sign-in does: whoever changes the organization waits for this, or this for them.
    org_settings::Entity::find_by_id(&invite.organization_id).lock_shared().one(change.connection()).await?;
    let outcome = match why_not(&change, person, &token, &invite).await? {
        Some(refusal) => refusal,
        None if claim(&change, person, &invite).await? => {
            let role = seat(&change, person, &invite).await?;
            let event = Event::done("invite.accepted", invite.email.as_str());
            let event = event.resulting_in(json!({ "role": role.name() }));
            change.commit(&invite.organization_id, actor(person), event).await?;
            return Ok(Acceptance::Done);
        }
        None => Acceptance::Over,
    };
    if outcome != Acceptance::Unknown {
        let event = Event::refused("invite.refused", invite.email.as_str());
        let event = event.resulting_in(json!({ "reason": outcome.code() }));
        change.commit(&invite.organization_id, actor(person), event).await?;
    }
    Ok(outcome)
}

async fn why_not(
    change: &Change<Arrival>,
    person: &SignedIn,
    token: &Token,
    invite: &Model,
) -> Result<Option<Acceptance>> {
    let services = &person.services;
    if !token.is_of(services, invite.generation) {
        let replaced = token.was_replaced(services, invite.generation);
        return Ok(Some(if replaced { Acceptance::Over } else { Acceptance::Unknown }));
    }
    if Status::of(invite, *change.at()) != Status::Pending {
        return Ok(Some(Acceptance::Over));
    }
    if !is_of(change.connection(), person, &invite.email).await? {
        return Ok(Some(Acceptance::ForSomebodyElse));
    }
    if !stands(change.connection(), invite).await? {
        return Ok(Some(Acceptance::InviterLostIt));
    }
    let within = within(&services.config.instance, &[&invite.email, &person.visitor.email])?;
    Ok((!within).then_some(Acceptance::BeyondLimits))
}

fn within(lists: &InstanceLists, emails: &[&str]) -> Result<bool> {
    for email in emails {
        let email = EmailAddress::parse(email).map_err(|e| Error::Internal(e.to_string()))?;
        if lists.blocks(&email) || !lists.allows(&email) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Of many at once the database lets one close the invite.
async fn claim(change: &Change<Arrival>, person: &SignedIn, invite: &Model) -> Result<bool> {
    let claimed = Entity::update_many()
        .col_expr(Column::State, Expr::value(Stage::Accepted))
        .col_expr(Column::ClosedAt, Expr::value(change.at()))
        .col_expr(Column::ClosedBy, Expr::value(person.visitor.name.as_str()))
        .filter(Column::Id.eq(&invite.id))
        .filter(Column::State.eq(Stage::Open))
        .filter(Column::Generation.eq(invite.generation))
        .filter(Column::ExpiresAt.gt(change.at()))
        .exec(change.connection())
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// Makes the person a member, or raises the one they are; never lowers a role (rule 3.5).
async fn seat(change: &Change<Arrival>, person: &SignedIn, invite: &Model) -> Result<Role> {
    let here = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(&invite.organization_id))
        .filter(membership::Column::UserId.eq(&person.visitor.id))
        .one(change.connection())
        .await?;
    let role = here.map_or(invite.role, |membership| membership.role.max(invite.role));
    let user = user::Entity::find_by_id(&person.visitor.id).one(change.connection()).await?;
    change.seat(&invite.organization_id, &user.ok_or(Error::Unauthenticated)?, role).await?;
    Ok(role)
}

fn actor(person: &SignedIn) -> Actor {
    Actor { id: Some(person.visitor.id.clone()), name: person.visitor.email.clone() }
}
