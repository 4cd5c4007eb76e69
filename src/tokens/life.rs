//! How long tokens live at most in an organization (rule 10.2).

use sea_orm::sea_query::Expr;
use serde_json::json;

use crate::authority::{Admin, Change, Event, Member, OfOrganization};
use crate::entity::org_settings::{Column, Entity};
use crate::error::Result;

/// The longest life, in days.
///
/// # Errors
/// When the database can't be asked.
pub async fn token_life(member: &Member) -> Result<i64> {
    Ok(member.scope().find::<Entity>().one().await?.token_max_days)
}

/// Sets it, for tokens that are made from now on.
///
/// # Errors
/// Those of the database.
pub async fn set_token_life(admin: &Admin, days: i64) -> Result<()> {
    let change = admin.change().await?;
    let before = write_token_life(&change, days).await?;
    let event = Event::done("organization.token_life_changed", format!("{days} days"));
    change.commit(event.with(json!({ "tokenMaxDays": before }), json!({ "tokenMaxDays": days }))).await
}

/// Writes it as a part of a change; returns the one before.
pub(crate) async fn write_token_life(change: &Change<OfOrganization>, days: i64) -> Result<i64> {
    let before = change.single::<Entity>().await?.token_max_days;
    change.update::<Entity>(|ours| ours.col_expr(Column::TokenMaxDays, Expr::value(days))).await?;
    Ok(before)
}
