//! Accounts at providers, unique by issuer and subject (rule 1.2).

use sea_orm::entity::prelude::*;

use super::{Personal, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "identities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    /// The address that the provider last vouched for.
    pub email: String,
    pub created_at: Timestamp,
    pub last_sign_in_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Personal for Entity {
    const PERSON: Column = Column::UserId;
}
