//! Trying stored keys, each by one instance at a time.

use std::collections::HashMap;

use chrono::Duration as Span;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::in_use::in_use;
use crate::authority::Services;
use crate::entity::{Timestamp, llm_key, llm_key_health};
use crate::error::Result;
use crate::llm::LlmProvider;
use crate::llm_keys::health;
use crate::llm_keys::probe::probe;
use crate::llm_keys::resolution::resolution;

/// Keys that are looked at when they are due, the longest due first.
const LOOKED_AT: u64 = 500;
/// Of them, those of one organization that are tried at one look: others have their turn.
const OF_ONE: usize = 3;
/// How long an instance has a key for itself: twice as long as a try takes. What an instance has left that is gone is
/// soon tried by another.
pub(super) const CLAIM: Span = Span::seconds(20);

/// The keys whose time has come, a few of each organization, and none of these `others`.
pub(super) async fn due(
    services: &Services,
    others: impl Iterator<Item = &String>,
) -> Result<Vec<llm_key_health::Model>> {
    let now = Timestamp::from(services.clock.now());
    let due = llm_key_health::Entity::find()
        .filter(llm_key_health::Column::NextTestAt.lte(now))
        .filter(llm_key_health::Column::OrganizationId.is_not_in(others))
        .order_by_asc(llm_key_health::Column::NextTestAt)
        .limit(LOOKED_AT);
    let due = due.all(services.db.outside_any_organization()).await?;
    let mut taken: HashMap<String, usize> = HashMap::new();
    let has_turn = |row: &llm_key_health::Model| {
        let taken = taken.entry(row.organization_id.clone()).or_default();
        *taken += 1;
        *taken <= OF_ONE
    };
    Ok(due.into_iter().filter(has_turn).collect())
}

/// Tries a key, unless another instance does, or it is out of use meanwhile.
pub(super) async fn try_again(services: &Services, row: &llm_key_health::Model) -> Result<()> {
    let until = Timestamp::from(services.clock.now() + CLAIM);
    if !move_next(services, row, row.next_test_at, Some(until)).await? {
        return Ok(());
    }
    let key = in_use().filter(llm_key::Column::Id.eq(row.subject.as_str()));
    let Some(key) = key.one(services.db.outside_any_organization()).await? else {
        move_next(services, row, Some(until), None).await?;
        return Ok(());
    };
    let Some(provider) = LlmProvider::parse(&key.provider) else { return Ok(()) };
    let resolution = resolution(services, &provider, Some(&key), false)?;
    let Some(usable) = resolution.usable() else {
        let next = health::next(services.clock.now())?;
        move_next(services, row, Some(until), Some(next)).await?;
        return Ok(());
    };
    let label = provider.label(key.name.as_deref());
    let finding = probe(&services.outbound, provider.probe(), &label, usable).await;
    let at = Timestamp::from(services.clock.now());
    let next = health::next_after(finding.verdict, services.clock.now())?;
    let after = health::tried(&row.subject, Some(row), &finding, at, Some(next))?;
    tracing::info!(provider = provider.id(), verdict = ?finding.verdict, "LLM key tested");
    llm_key_health::Entity::update_many()
        .set(after)
        .filter(same(row))
        .filter(llm_key_health::Column::NextTestAt.eq(until))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}

/// Moves the next try from one moment to another; false when someone else has moved it.
async fn move_next(
    services: &Services,
    row: &llm_key_health::Model,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Result<bool> {
    let moved = llm_key_health::Entity::update_many()
        .col_expr(llm_key_health::Column::NextTestAt, Expr::value(to))
        .filter(same(row))
        .filter(llm_key_health::Column::NextTestAt.eq(from))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(moved.rows_affected == 1)
}

fn same(row: &llm_key_health::Model) -> Condition {
    Condition::all()
        .add(llm_key_health::Column::OrganizationId.eq(row.organization_id.as_str()))
        .add(llm_key_health::Column::Subject.eq(row.subject.as_str()))
}
