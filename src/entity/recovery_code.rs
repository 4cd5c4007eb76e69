//! Recovery codes, found by their hash: each works once, in place of a code from an authenticator app.

use sea_orm::entity::prelude::*;

use super::{Personal, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_codes")]
pub struct Model {
    /// SHA-256, in hex, of the person's id and the code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub user_id: String,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Personal for Entity {
    const PERSON: Column = Column::UserId;
}
