//! What a browser was asked about passkeys and has yet to answer: one question for each session, good for one answer.

use sea_orm::entity::prelude::*;

use super::{Personal, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_ceremonies")]
pub struct Model {
    /// The name of the session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: String,
    pub user_id: String,
    pub purpose: Purpose,
    /// What the answer is compared with, as JSON.
    pub state: String,
    pub created_at: Timestamp,
}

/// What the browser was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Purpose {
    /// To make a passkey.
    #[sea_orm(string_value = "making")]
    Making,
    /// To prove that the person has one.
    #[sea_orm(string_value = "proving")]
    Proving,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Personal for Entity {
    const PERSON: Column = Column::UserId;
}
