//! What happened (rule 8.1).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organization_id: Option<String>,
    /// Its place in the organization's log, from 1.
    pub number: i64,
    pub at: Timestamp,
    pub action: String,
    pub outcome: String,
    pub actor_id: Option<String>,
    pub actor: String,
    pub target: String,
    pub before: Option<Json>,
    pub after: Option<Json>,
    pub address: String,
    pub user_agent: String,
    pub request_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
