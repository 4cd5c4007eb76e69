//! How often tokens have fetched keys, hour by hour (rule 10.4).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "key_uses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    /// Whose key it was, as the API spells it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// Hours from the epoch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hour: i64,
    pub organization_id: String,
    pub project_id: String,
    pub times: i64,
    pub last_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
