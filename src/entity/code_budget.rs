//! How often someone gave a wrong code lately, in whatever session, from whatever address.

use sea_orm::entity::prelude::*;

use super::{Personal, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "code_budgets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: String,
    /// Wrong codes with little time between two of them.
    pub failures: i64,
    /// Wrong codes since the last right one, or the last lock.
    pub failures_in_all: i64,
    /// When the last wrong one came.
    pub failed_at: Timestamp,
    /// How often in a row there were too many.
    pub locks: i64,
    /// Until when no code is taken, if there were too many.
    pub locked_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Personal for Entity {
    const PERSON: Column = Column::UserId;
}
