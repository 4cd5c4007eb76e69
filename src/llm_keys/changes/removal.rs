//! Removing a key, and bringing it back.

use serde_json::json;

use super::rows::{erase, finish, is_present, label, mark, of, told, try_at};
use crate::authority::Event;
use crate::entity::llm_key::{Column, Model};
use crate::error::{Error, Result};
use crate::llm::LlmProvider;
use crate::llm_keys::keeper::Keeper;
use crate::llm_keys::{KEPT, health};

/// Removes the key in use and the one before it. For [`KEPT`] both can be restored. Tells what the
/// provider is called, as all of these do.
///
/// # Errors
/// 404 when the organization has no key for the provider.
pub async fn remove(keeper: Keeper<'_>, provider: &LlmProvider) -> Result<String> {
    let change = keeper.change_keys().await?;
    let rows = of(&change, keeper, provider).await?;
    let present = rows.iter().find(|row| is_present(row)).ok_or(Error::NotFound)?;
    let live: Vec<&Model> = rows.iter().filter(|row| row.removed_at.is_none()).collect();
    let gone: Vec<&Model> = rows.iter().filter(|row| row.removed_at.is_some()).collect();
    erase(&change, &gone).await?;
    mark(&change, &live, Column::RemovedAt, Some(change.at())).await?;
    try_at(&change, &live, None).await?;
    let event = Event::done("llm_key.removed", provider.id()).with(told(keeper, present), json!(null));
    finish(keeper, change, event).await?;
    Ok(label(provider, present))
}

/// Undoes a removal.
///
/// # Errors
/// 409 when nothing was removed, or too long ago, or another key was set since.
pub async fn restore(keeper: Keeper<'_>, provider: &LlmProvider) -> Result<String> {
    let change = keeper.change_keys().await?;
    let rows = of(&change, keeper, provider).await?;
    let in_time = |row: &&Model| row.removed_at.is_some_and(|at| *change.at() - *at < KEPT);
    let back: Vec<&Model> = rows.iter().filter(in_time).collect();
    let key = back.iter().find(|row| row.replaced_at.is_none());
    let Some(key) = key.filter(|_| !rows.iter().any(is_present)) else {
        return Err(Error::Conflict("This can no longer be undone."));
    };
    mark(&change, &back, Column::RemovedAt, None).await?;
    try_at(&change, &[key], Some(health::next(keeper.member().services().clock.now())?)).await?;
    let event = Event::done("llm_key.restored", provider.id()).resulting_in(told(keeper, key));
    finish(keeper, change, event).await?;
    Ok(label(provider, key))
}
