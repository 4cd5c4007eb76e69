//! Accepting: by a signed-in person whose proven address is the invited one, once (rules 3.4, 3.5).

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::Status;
use super::landing::{is_of, stands};
use super::token::Token;
use crate::access::{Change, Person, Role, SignedIn};
use crate::address::EmailAddress;
use crate::app::Services;
use crate::audit::Event;
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::error::Result;
use crate::gate::InstanceLists;
use crate::organization::awaited;

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
///
/// # Errors
/// 403 for whoever was deactivated or deleted while waiting.
pub async fn accept(person: &SignedIn, token: &str) -> Result<Acceptance> {
    let Some(token) = Token::parse(token) else { return Ok(Acceptance::Unknown) };
    let change = person.change().await?;
    let Some(invite) = Entity::find_by_id(&token.id).one(change.connection()).await? else {
        return Ok(Acceptance::Unknown);
    };
    let outcome = match why_not(&change, &person.services, &token, &invite).await? {
        Some(refusal) => refusal,
        None if claim(&change, &invite).await? => {
            let role = seat(&change, &invite).await?;
            let event = Event::done("invite.accepted", invite.email.as_str());
            let event = event.resulting_in(json!({ "role": role.name() }));
            change.commit_in(&invite.organization_id, event).await?;
            return Ok(Acceptance::Done);
        }
        None => Acceptance::Over,
    };
    if outcome != Acceptance::Unknown {
        let event = Event::refused("invite.refused", invite.email.as_str());
        let event = event.resulting_in(json!({ "reason": outcome.code() }));
        change.commit_in(&invite.organization_id, event).await?;
    }
    Ok(outcome)
}

async fn why_not(
    change: &Change<Person>,
    services: &Services,
    token: &Token,
    invite: &Model,
) -> Result<Option<Acceptance>> {
    if !token.is_of(services, invite.generation) {
        let replaced = token.was_replaced(services, invite.generation);
        return Ok(Some(if replaced { Acceptance::Over } else { Acceptance::Unknown }));
    }
    if Status::of(invite, *change.at()) != Status::Pending {
        return Ok(Some(Acceptance::Over));
    }
    if !is_of(change.connection(), &change.person().id, &invite.email).await? {
        return Ok(Some(Acceptance::ForSomebodyElse));
    }
    if !stands(change.connection(), invite).await? {
        return Ok(Some(Acceptance::InviterLostIt));
    }
    let within = within(&services.config.instance, &[&invite.email, &change.person().email])?;
    Ok((!within).then_some(Acceptance::BeyondLimits))
}

fn within(lists: &InstanceLists, emails: &[&str]) -> Result<bool> {
    for email in emails {
        if !lists.admits(&EmailAddress::stored(email)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Of many at once the database lets one close the invite.
async fn claim(change: &Change<Person>, invite: &Model) -> Result<bool> {
    let claimed = Entity::update_many()
        .col_expr(Column::State, Expr::value(Stage::Accepted))
        .col_expr(Column::ClosedAt, Expr::value(change.at()))
        .col_expr(Column::ClosedBy, Expr::value(change.person().name.as_str()))
        .filter(Column::Id.eq(&invite.id))
        .filter(Column::State.eq(Stage::Open))
        .filter(Column::Generation.eq(invite.generation))
        .filter(Column::ExpiresAt.gt(change.at()))
        .exec(change.connection())
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// Makes the person a member, or raises the one they are; never lowers a role (rule 3.5). Whom an operator has named as
/// owner becomes one: that word goes before any invite.
async fn seat(change: &Change<Person>, invite: &Model) -> Result<Role> {
    let here = change.memberships().iter().find(|member| member.organization_id == invite.organization_id);
    let role = here.map_or(invite.role, |membership| membership.role.max(invite.role));
    let is_awaited = awaited::fulfil(change.connection(), &[&invite.email, &change.person().email]).await?;
    let role = if is_awaited { Role::Owner } else { role };
    change.seat(&invite.organization_id, role).await?;
    Ok(role)
}
