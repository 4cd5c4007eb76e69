//! Addresses whose person becomes operator at their first sign-in.

use sea_orm::entity::prelude::*;

use super::Timestamp;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "awaited_operators")]
pub struct Model {
    /// Canonical (rule 2.7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub email: String,
    pub granted_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
