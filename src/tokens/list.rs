//! What there is.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder};

use super::limits::KEPT;
use crate::authority::{Member, SignedIn};
use crate::entity::Timestamp;
use crate::entity::token::{Column, Entity, Model};
use crate::error::Result;

/// A token, as lists have it.
pub type Listed = Model;

/// The tokens of a project, or a person's own, the newest first; of those that are over, the ones of the last 30 days.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(member: &Member, project: Option<&str>) -> Result<Vec<Listed>> {
    let whose = match project {
        Some(project) => Column::ProjectId.eq(project),
        None => Column::UserId.eq(&member.visitor().id),
    };
    let now = member.services().clock.now();
    let tokens = member.scope().find::<Entity>().filter(|ours| {
        ours.filter(whose).filter(recent(now)).order_by_desc(Column::CreatedAt).order_by_desc(Column::Id)
    });
    let mut tokens = tokens.all().await?;
    // Those that work first.
    tokens.sort_by_key(|token| !super::status(token, now).works());
    Ok(tokens)
}

/// A person's own tokens in all of the organizations that they belong to, those of a list.
///
/// # Errors
/// When the database can't be asked.
pub async fn list_own(person: &SignedIn) -> Result<Vec<Listed>> {
    let now = person.services.clock.now();
    let tokens =
        person.own::<Entity>().filter(|own| own.filter(recent(now)).order_by_desc(Column::CreatedAt));
    let mut tokens = tokens.all().await?;
    let belongs = |token: &Listed| person.visitor.membership_in(&token.organization_id).is_some();
    tokens.retain(belongs);
    tokens.sort_by_key(|token| !super::status(token, now).works());
    Ok(tokens)
}

fn recent(now: DateTime<Utc>) -> Condition {
    let kept = Timestamp::from(now - KEPT);
    let revoked = Condition::any().add(Column::RevokedAt.is_null()).add(Column::RevokedAt.gt(kept));
    Condition::all().add(Column::ExpiresAt.gt(kept)).add(revoked)
}

/// The tokens of another member that work: what stops when they go.
///
/// # Errors
/// When the database can't be asked.
pub async fn live_of(member: &Member, person: &str) -> Result<Vec<Listed>> {
    let now = Timestamp::from(member.services().clock.now());
    let tokens = member.scope().find::<Entity>().filter(|ours| {
        ours.filter(Column::UserId.eq(person))
            .filter(Column::RevokedAt.is_null())
            .filter(Column::ExpiresAt.gt(now))
            .order_by_asc(Column::Name)
    });
    tokens.all().await
}

/// Leaves of a token what viewers of its project may know: that it is there, what it is called and for.
pub fn without_details(token: &mut Listed) {
    token.prefix = String::new();
    token.last_used_from = None;
}
