//! Accepting: by a signed-in person whose proven address is the invited one, once (rules 3.4, 3.5).

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::landing::{Landing, Open, behind, is_of};
use super::places::put;
use super::token::Token;
use crate::address::EmailAddress;
use crate::authority::{Change, Event, OfPerson, Organization, Services, SignedIn};
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::entity::membership;
use crate::error::Result;
use crate::gate::InstanceLists;
use crate::membership::awaited;
use crate::membership::suspended::is_suspended;
use crate::role::Role;

/// How accepting ended, with what its page shows.
pub enum Acceptance {
    /// The person is a member of this organization now, with at least the invite's role.
    Done(Organization),
    /// There is no such link.
    Unknown,
    /// It is over: accepted, expired, revoked or replaced.
    Over(Landing),
    Refused(Refusal, Open),
}

/// Why an invite that is open can't be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is for another address.
    ForSomebodyElse,
    /// The inviter may not give the role any more.
    InviterLostIt,
    /// The installation's lists leave the address out; no invite widens them (rule 2.1).
    BeyondLimits,
    /// An admin keeps the person out; no invite lets them in again (rule 6.6).
    Suspended,
}

impl Refusal {
    fn code(self) -> &'static str {
        match self {
            Self::ForSomebodyElse => "for_somebody_else",
            Self::InviterLostIt => "inviter_lost_it",
            Self::BeyondLimits => "beyond_limits",
            Self::Suspended => "suspended",
        }
    }
}

/// Accepts the invite behind `token` for `person`.
///
/// # Errors
/// 403 for anyone who was deactivated or deleted while waiting.
pub async fn accept(person: &SignedIn, token: &str) -> Result<Acceptance> {
    let Some(token) = Token::parse(token) else { return Ok(Acceptance::Unknown) };
    let services = &person.services;
    let found = token.invite(services.db.outside_any_organization()).await?;
    let Some(found) = found else { return Ok(Acceptance::Unknown) };
    let change = person.change_with(&found.organization_id).await?;
    let Some(invite) = token.invite(change.connection()).await? else { return Ok(Acceptance::Unknown) };
    let open = match behind(change.connection(), services, &token, invite.clone(), *change.at()).await? {
        Landing::Unknown => return Ok(Acceptance::Unknown),
        Landing::Open(open) => open,
        over => return refuse(services, change, &invite, "over", Acceptance::Over(over)).await,
    };
    if let Some(why) = why_not(&change, services, &open).await? {
        return refuse(services, change, &invite, why.code(), Acceptance::Refused(why, open)).await;
    }
    if !claim(&change, &invite).await? {
        let closed = token.invite(change.connection()).await?.unwrap_or_else(|| invite.clone());
        let over = behind(change.connection(), services, &token, closed, *change.at()).await?;
        return refuse(services, change, &invite, "over", Acceptance::Over(over)).await;
    }
    let role = grant_membership(services, &change, &invite).await?;
    let event = Event::done("invite.accepted", invite.email.as_str());
    let event = event.resulting_in(json!({ "role": role.name() }));
    let name = known_by(services, &change, &invite, true);
    change.commit_in(&invite.organization_id, &name, event).await?;
    Ok(Acceptance::Done(open.organization))
}

async fn refuse(
    services: &Services,
    change: Change<OfPerson>,
    invite: &Model,
    reason: &str,
    how: Acceptance,
) -> Result<Acceptance> {
    let event = Event::refused("invite.refused", invite.email.as_str());
    let event = event.resulting_in(json!({ "reason": reason }));
    // Whose account it was is not this organization's to know, where it is one of many.
    let is_theirs = is_of(change.connection(), &change.person().id, &invite.email).await?;
    let name = known_by(services, &change, invite, is_theirs);
    if services.config.tenancy.is_multi() && !is_theirs && here(&change, invite).is_none() {
        change.commit_as_nobody_in(&invite.organization_id, &name, event).await?;
        return Ok(how);
    }
    change.commit_in(&invite.organization_id, &name, event).await?;
    Ok(how)
}

/// How the invite's organization knows the person: where there is one, by the account; where there are many, by the
/// address of their membership, or by the invited one if it is theirs.
fn known_by(services: &Services, change: &Change<OfPerson>, invite: &Model, is_theirs: bool) -> String {
    if !services.config.tenancy.is_multi() {
        return change.person().email.clone();
    }
    match here(change, invite) {
        Some(membership) => membership.email.clone(),
        None if is_theirs => invite.email.clone(),
        None => "another account".to_owned(),
    }
}

fn here<'a>(change: &'a Change<OfPerson>, invite: &Model) -> Option<&'a membership::Model> {
    change.memberships().iter().find(|member| member.organization_id == invite.organization_id)
}

async fn why_not(change: &Change<OfPerson>, services: &Services, open: &Open) -> Result<Option<Refusal>> {
    let person = change.person();
    if !is_of(change.connection(), &person.id, &open.invite.email).await? {
        return Ok(Some(Refusal::ForSomebodyElse));
    }
    if !open.stands {
        return Ok(Some(Refusal::InviterLostIt));
    }
    let invite = &open.invite;
    let is_member_suspended = here(change, invite).is_some_and(|member| member.suspended_at.is_some());
    if is_member_suspended
        || is_suspended(change.connection(), &invite.organization_id, &invite.email).await?
    {
        return Ok(Some(Refusal::Suspended));
    }
    let within = within(&services.config.instance, &[&open.invite.email, &person.email])?;
    Ok((!within).then_some(Refusal::BeyondLimits))
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
async fn claim(change: &Change<OfPerson>, invite: &Model) -> Result<bool> {
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
async fn grant_membership(services: &Services, change: &Change<OfPerson>, invite: &Model) -> Result<Role> {
    let here = here(change, invite);
    let role = here.map_or(invite.role, |membership| membership.role.max(invite.role));
    let (organization, emails) = (&invite.organization_id, [&*invite.email, &*change.person().email]);
    let is_awaited = awaited::fulfil(change.connection(), organization, &emails).await?;
    let role = if is_awaited { Role::Owner } else { role };
    change.grant_membership(organization, &invite.email, role).await?;
    put(change.connection(), invite, &change.person().id).await?;
    // Where there is one organization, it knows people by their account.
    let is_one_of_many = services.config.tenancy.is_multi();
    if is_one_of_many && here.is_some_and(|membership| membership.locked_out_at.is_some()) {
        change.know_by(organization, &invite.email).await?;
    }
    Ok(role)
}
