//! Who has fetched a key last: one row for each project, provider and source (rule 10.4).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "key_last_uses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    /// Whose key it was, as the API spells it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    pub organization_id: String,
    /// What the token was called.
    pub token_name: String,
    pub at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
