//! Forgetting tokens that are long over.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::limits::KEPT;
use crate::authority::Services;
use crate::entity::Timestamp;
use crate::entity::token::{Column, Entity};
use crate::error::Result;

/// Deletes what no list shows any more.
///
/// # Errors
/// When the database can't do it.
pub async fn forget_old(services: &Services) -> Result<()> {
    let kept = Timestamp::from(services.clock.now() - KEPT);
    let is_over = Condition::any().add(Column::ExpiresAt.lte(kept)).add(Column::RevokedAt.lte(kept));
    Entity::delete_many().filter(is_over).exec(services.db.write_outside_any_organization()).await?;
    Ok(())
}
