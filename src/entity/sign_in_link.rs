//! Links that an operator has made, found by the hash of their token.

use sea_orm::entity::prelude::*;

use super::Timestamp;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_links")]
pub struct Model {
    /// SHA-256, in hex, of the token in the link.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// The person whom it signs in.
    pub user_id: String,
    pub expires_at: Timestamp,
    /// When it was used; none while it can be.
    pub used_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
