//! Trying the key that is used.

use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::rows::finish;
use crate::authority::Event;
use crate::entity::llm_key_health;
use crate::error::{Error, Result};
use crate::llm::LlmProvider;
use crate::llm_keys::health;
use crate::llm_keys::keeper::Keeper;
use crate::llm_keys::list::one;
use crate::llm_keys::probe::{Finding, probe};
use crate::llm_keys::resolution::Resolution;

/// Tries the key that is used, wherever it comes from.
///
/// # Errors
/// 404 when there is none, 409 when it can't be opened.
pub async fn test(keeper: Keeper<'_>, provider: &LlmProvider) -> Result<Finding> {
    let services = keeper.member().services();
    let entry = one(keeper.member(), keeper.project(), provider).await?;
    let usable = match entry.own() {
        Some(Resolution::Unreadable(_)) => {
            return Err(Error::Conflict("This key can't be decrypted. Replace it."));
        }
        own => own.and_then(Resolution::usable).ok_or(Error::NotFound)?,
    };
    let finding = probe(&services.outbound, provider.probe(), &entry.label, usable).await;
    let change = keeper.change().await?;
    let this = || llm_key_health::Column::Subject.eq(usable.subject.as_str());
    let before = change.all::<llm_key_health::Entity>(|ours| ours.filter(this())).await?.pop();
    let next = before.as_ref().and_then(|before| before.next_test_at);
    change.delete::<llm_key_health::Entity>(|ours| ours.filter(this())).await?;
    change.insert(health::tried(&usable.subject, before.as_ref(), &finding, change.at(), next)?).await?;
    let after = json!({
        "verdict": finding.verdict,
        "source": entry.resolution.source(),
        "lastFour": usable.key.last_four(),
    });
    finish(keeper, change, Event::done("llm_key.tested", provider.id()).resulting_in(after)).await?;
    Ok(finding)
}
