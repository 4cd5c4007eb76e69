//! The keys that are in use, of organizations that are not being deleted.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::entity::{llm_key, organization};

pub(super) fn in_use() -> sea_orm::Select<llm_key::Entity> {
    let active = Query::select()
        .column(organization::Column::Id)
        .from(organization::Entity)
        .and_where(organization::Column::State.eq(organization::State::Active))
        .to_owned();
    llm_key::Entity::find()
        .filter(llm_key::Column::ReplacedAt.is_null())
        .filter(llm_key::Column::RemovedAt.is_null())
        .filter(llm_key::Column::OrganizationId.in_subquery(active))
}
