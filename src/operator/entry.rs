//! Entering an organization, and leaving it.

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::authority::{Change, Event, OfPerson, Operator, Organization};
use crate::entity::Timestamp;
use crate::entity::operator_entry::{ActiveModel, Column, Entity};
use crate::error::{Error, Result};
use crate::mail::{self, MailKind};
use crate::membership::owners::addresses;
use crate::random;
use crate::stray_secret::{self, LOOKS_SECRET};
use crate::visible_text::{NOT_VISIBLE, is_visible};

/// How long an operator stays unless they leave.
pub const LASTS: Duration = Duration::minutes(60);
/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 300;

/// The organization of this id, which can be entered.
///
/// # Errors
/// 404 when there is none, or it is being deleted.
pub async fn enterable(operator: &Operator, id: &str) -> Result<Organization> {
    let db = &operator.services.db;
    if !Organization::is_active(db, id).await? {
        return Err(Error::NotFound);
    }
    Organization::by_id(db, id).await?.ok_or(Error::NotFound)
}

/// Enters an organization for [`LASTS`], in this session alone, and leaves the one that was entered before. Its owners are
/// told by mail.
///
/// # Errors
/// 422 without a reason; 404 when there is no such organization; 403 when the operator has not signed in a moment ago.
pub async fn enter(operator: &Operator, organization: &Organization, reason: &str) -> Result<()> {
    let reason = parsed(reason)?;
    let change = operator.change_with(&organization.id).await?;
    if !change.is_there(&organization.id).await? {
        return Err(Error::NotFound);
    }
    if let Err(why) = operator.need_fresh_sign_in() {
        let event = Event::refused("operator.entered", organization.name.as_str());
        change.commit_as_operator_in(&organization.id, event).await?;
        return Err(why);
    }
    end(&change, &operator.visitor.session).await?;
    let until = Timestamp::from(*change.at() + LASTS);
    let row = ActiveModel {
        id: Set(random::id()),
        session_id: Set(operator.visitor.session.clone()),
        organization_id: Set(organization.id.clone()),
        reason: Set(reason.to_owned()),
        entered_at: Set(change.at()),
        expires_at: Set(until),
        left_at: Set(None),
        ..Default::default()
    };
    change.insert(row).await?;
    let letter = MailKind::OperatorEntered {
        organization: organization.id.clone(),
        by: operator.visitor.email.clone(),
        reason: reason.to_owned(),
        until: until.timestamp_millis(),
    };
    for email in addresses(change.connection(), &organization.id).await? {
        mail::queue(&operator.services.mail, &change, &email, &letter).await?;
    }
    let event = Event::done("operator.entered", organization.name.as_str());
    let detail = json!({ "reason": reason, "until": until.to_rfc3339() });
    change.commit_as_operator_in(&organization.id, event.resulting_in(detail)).await
}

/// Leaves what the operator has entered in this session; nothing to do where they have left already.
///
/// # Errors
/// When the database can't do it.
pub async fn leave(operator: &Operator) -> Result<()> {
    let Some(entered) = &operator.visitor.entered else { return Ok(()) };
    let organization = &entered.membership.organization;
    let change = operator.change_with(&organization.id).await?;
    if end(&change, &operator.visitor.session).await? == 0 {
        return Ok(());
    }
    let event = Event::done("operator.left", organization.name.as_str());
    change.commit_as_operator_in(&organization.id, event).await
}

fn parsed(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    let sentence = if reason.is_empty() {
        "Give a reason. The owners will see it."
    } else if stray_secret::is_in(reason) {
        LOOKS_SECRET
    } else if reason.chars().count() > LONGEST_REASON {
        "Use up to 300 characters."
    } else if reason.chars().any(char::is_control) {
        "Use one line."
    } else if !is_visible(reason) {
        NOT_VISIBLE
    } else {
        return Ok(reason);
    };
    Err(Error::invalid("reason", sentence))
}

/// Ends what was entered in the session; tells how many entries that were.
async fn end(change: &Change<OfPerson>, session: &str) -> Result<u64> {
    let ended = Entity::update_many()
        .col_expr(Column::LeftAt, Expr::value(change.at()))
        .filter(Column::SessionId.eq(session))
        .filter(Column::LeftAt.is_null())
        .exec(change.connection())
        .await?;
    Ok(ended.rows_affected)
}
