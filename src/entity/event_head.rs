//! Where each organization's log of events ends: the number and the moment of its last one. An event takes its number
//! from here inside its change, so that numbers have no gaps and grow as the changes are kept.

use sea_orm::entity::prelude::*;

use super::Timestamp;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event_heads")]
pub struct Model {
    /// Empty for events of no organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: String,
    pub number: i64,
    pub at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
