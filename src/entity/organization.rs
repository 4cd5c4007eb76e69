//! Organizations: the tenants (rule 1.1).

use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub slug: String,
    pub name: String,
    /// Counts the edits, so that a form made from an older one is noticed.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The name of the person who edited it last.
    pub updated_by: Option<String>,
    /// Whom an operator has named as owner and who has not signed in yet.
    pub awaited_owner: Option<String>,
    /// Whether the keys of the environment stand in for its own; the operator's to say (rule 4.2).
    pub env_fallback: bool,
    pub state: State,
    /// From when on it is purged; none unless it is being deleted.
    pub purge_at: Option<Timestamp>,
    /// The name of the person who has begun to delete it.
    pub state_by: Option<String>,
    /// From when on its members need a second factor; none where none is required (rule 7.1).
    pub second_factor_from: Option<Timestamp>,
    /// How many days someone has who joins.
    pub second_factor_days: i64,
    /// Whether a provider's second factor counts.
    pub trusts_provider_factor: bool,
}

/// Whether an organization is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
#[schema(as = OrganizationState)]
pub enum State {
    #[sea_orm(string_value = "active")]
    Active,
    /// No one can come in; its owners can restore it.
    #[sea_orm(string_value = "deleting")]
    Deleting,
    /// Its rows are going.
    #[sea_orm(string_value = "purging")]
    Purging,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::Id;
}
