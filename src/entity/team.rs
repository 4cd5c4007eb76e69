//! Teams: the level between an organization and its projects (rule 10.1).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "teams")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organization_id: String,
    /// Its name in addresses.
    pub slug: String,
    pub name: String,
    /// Whether it is the one that everyone of the organization is in.
    pub is_default: bool,
    /// The member who runs its projects; none for no one.
    pub manager_id: Option<String>,
    pub created_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
