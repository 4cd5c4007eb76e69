//! The rows of keys inside a change: which is which, what is written to them, and what is told of them.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use crate::authority::{Change, Event, OfOrganization};
use crate::entity::llm_key::{Column, Entity, Model};
use crate::entity::{Timestamp, llm_key_health};
use crate::error::Result;
use crate::llm::LlmProvider;
use crate::llm_keys::keeper::Keeper;

pub(super) async fn of(
    change: &Change<OfOrganization>,
    keeper: Keeper<'_>,
    provider: &LlmProvider,
) -> Result<Vec<Model>> {
    change.all::<Entity>(|ours| ours.filter(keeper.rows()).filter(Column::Provider.eq(provider.id()))).await
}

pub(super) fn is_present(row: &Model) -> bool {
    row.removed_at.is_none() && row.replaced_at.is_none()
}

pub(super) fn is_previous(row: &Model) -> bool {
    row.removed_at.is_none() && row.replaced_at.is_some()
}

/// What the audit tells of a key.
pub(super) fn told(keeper: Keeper<'_>, row: &Model) -> serde_json::Value {
    json!({ "lastFour": row.last_four, "baseUrl": row.base_url, "project": keeper.project_name() })
}

/// What people call the provider of a key.
pub(super) fn label(provider: &LlmProvider, row: &Model) -> String {
    provider.label(row.name.as_deref())
}

pub(super) async fn mark(
    change: &Change<OfOrganization>,
    rows: &[&Model],
    column: Column,
    at: Option<Timestamp>,
) -> Result<()> {
    let ids = rows.iter().map(|row| row.id.as_str());
    change
        .update::<Entity>(|ours| ours.col_expr(column, Expr::value(at)).filter(Column::Id.is_in(ids)))
        .await?;
    Ok(())
}

/// When keys are tried next without being asked to.
pub(super) async fn try_at(
    change: &Change<OfOrganization>,
    rows: &[&Model],
    next: Option<Timestamp>,
) -> Result<()> {
    use llm_key_health::Column;
    let ids = rows.iter().map(|row| row.id.as_str());
    let next = Expr::value(next);
    change
        .update::<llm_key_health::Entity>(|ours| {
            ours.col_expr(Column::NextTestAt, next).filter(Column::Subject.is_in(ids))
        })
        .await?;
    Ok(())
}

pub(super) async fn erase(change: &Change<OfOrganization>, rows: &[&Model]) -> Result<()> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let health = llm_key_health::Column::Subject.is_in(ids.iter().copied());
    change.delete::<llm_key_health::Entity>(|ours| ours.filter(health)).await?;
    change.delete::<Entity>(|ours| ours.filter(Column::Id.is_in(ids))).await?;
    Ok(())
}

pub(super) async fn finish(keeper: Keeper<'_>, change: Change<OfOrganization>, event: Event) -> Result<()> {
    change.commit(event).await?;
    keeper.member().services().key_alarms.wake();
    Ok(())
}
