//! Organizations that operators have entered (rule 6.4).

use sea_orm::entity::prelude::*;

use super::{Personal, Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The session in which it counts, and in no other.
    pub session_id: String,
    pub user_id: String,
    pub organization_id: String,
    pub reason: String,
    pub entered_at: Timestamp,
    pub expires_at: Timestamp,
    pub left_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}

impl Personal for Entity {
    const PERSON: Column = Column::UserId;
}
