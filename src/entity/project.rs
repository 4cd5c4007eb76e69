//! Projects: what has tokens, and may have keys of its own (rules 10.1, 10.3).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "projects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organization_id: String,
    pub team_id: String,
    /// Its name in addresses.
    pub slug: String,
    pub name: String,
    /// Whether it is the one that everyone of the organization sees.
    pub is_default: bool,
    /// Since when its tokens do not work; none for a project in use.
    pub archived_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
