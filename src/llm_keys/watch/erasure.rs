//! Erasing what no one can bring back.

use chrono::Duration as Span;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::authority::Services;
use crate::entity::{Timestamp, llm_key, llm_key_health};
use crate::error::Result;
use crate::llm_keys::KEPT;

/// How long it is known how a key did that is not in use any more.
const REMEMBERED: Span = Span::days(30);

/// Erases what was removed and can't be brought back, and what is known of keys that are long out of use.
pub(super) async fn erase_removed(services: &Services) -> Result<()> {
    let now = services.clock.now();
    llm_key::Entity::delete_many()
        .filter(llm_key::Column::RemovedAt.lte(Timestamp::from(now - KEPT)))
        .exec(services.db.write_outside_any_organization())
        .await?;
    services.db.empty_log().await?;
    llm_key_health::Entity::delete_many()
        .filter(llm_key_health::Column::NextTestAt.is_null())
        .filter(llm_key_health::Column::TestedAt.lte(Timestamp::from(now - REMEMBERED)))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}
