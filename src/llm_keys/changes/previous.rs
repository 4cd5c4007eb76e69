//! The key before the one in use: going back to it, and erasing it.

use serde_json::json;

use super::rows::{erase, finish, is_present, is_previous, label, mark, of, told, try_at};
use crate::authority::Event;
use crate::entity::llm_key::Column;
use crate::error::{Error, Result};
use crate::llm::LlmProvider;
use crate::llm_keys::health;
use crate::llm_keys::keeper::Keeper;

/// Goes back to the key before the one in use, which becomes the one before it.
///
/// # Errors
/// 409 when there is none.
pub async fn revert(keeper: Keeper<'_>, provider: &LlmProvider) -> Result<String> {
    let change = keeper.change_keys().await?;
    let rows = of(&change, keeper, provider).await?;
    let (present, previous) =
        (rows.iter().find(|row| is_present(row)), rows.iter().find(|row| is_previous(row)));
    let (Some(present), Some(previous)) = (present, previous) else {
        return Err(Error::Conflict("This provider has no previous key."));
    };
    mark(&change, &[present], Column::ReplacedAt, Some(change.at())).await?;
    try_at(&change, &[present], None).await?;
    mark(&change, &[previous], Column::ReplacedAt, None).await?;
    try_at(&change, &[previous], Some(health::next(keeper.member().services().clock.now())?)).await?;
    let event =
        Event::done("llm_key.reverted", provider.id()).with(told(keeper, present), told(keeper, previous));
    finish(keeper, change, event).await?;
    Ok(label(provider, previous))
}

/// Erases the key before the one in use, permanently.
///
/// # Errors
/// 404 when there is none.
pub async fn erase_previous(keeper: Keeper<'_>, provider: &LlmProvider) -> Result<String> {
    let change = keeper.change_keys().await?;
    let rows = of(&change, keeper, provider).await?;
    let previous = rows.iter().find(|row| is_previous(row)).ok_or(Error::NotFound)?;
    erase(&change, &[previous]).await?;
    let event =
        Event::done("llm_key.previous_erased", provider.id()).with(told(keeper, previous), json!(null));
    finish(keeper, change, event).await?;
    Ok(label(provider, previous))
}
