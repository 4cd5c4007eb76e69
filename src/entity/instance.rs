//! This installation: one row.

use sea_orm::entity::prelude::*;

use super::Timestamp;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "instance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// When the first owner came; never emptied again (rule 1.4).
    pub claimed_at: Option<Timestamp>,
    /// The key that encrypts session cookies, sealed with the master key. All instances share it, and it
    /// survives a change of master key.
    pub sealed_cookie_key: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
