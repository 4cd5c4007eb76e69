//! The keys that are in use, of organizations that are not being deleted, and of projects that are not archived.

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::entity::{llm_key, organization, project};

pub(super) fn in_use() -> sea_orm::Select<llm_key::Entity> {
    let active = Query::select()
        .column(organization::Column::Id)
        .from(organization::Entity)
        .and_where(organization::Column::State.eq(organization::State::Active))
        .to_owned();
    let archived = Query::select()
        .column(project::Column::Id)
        .from(project::Entity)
        .and_where(project::Column::ArchivedAt.is_not_null())
        .to_owned();
    let of_archived = llm_key::Column::ProjectId.in_subquery(archived);
    let used = Condition::any().add(llm_key::Column::ProjectId.is_null()).add(of_archived.not());
    llm_key::Entity::find()
        .filter(llm_key::Column::ReplacedAt.is_null())
        .filter(llm_key::Column::RemovedAt.is_null())
        .filter(llm_key::Column::OrganizationId.in_subquery(active))
        .filter(used)
}
