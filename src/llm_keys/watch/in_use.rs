//! The keys that are in use.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::entity::llm_key;

pub(super) fn in_use() -> sea_orm::Select<llm_key::Entity> {
    llm_key::Entity::find()
        .filter(llm_key::Column::ReplacedAt.is_null())
        .filter(llm_key::Column::RemovedAt.is_null())
}
