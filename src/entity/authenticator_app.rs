//! Authenticator apps: secrets that a person's device and we make the same codes of (TOTP, RFC 6238).

use sea_orm::entity::prelude::*;

use super::{Personal, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "authenticator_apps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The secret is bound to it.
    pub user_id: String,
    /// What the person calls it.
    pub name: String,
    pub sealed_secret: String,
    /// The time step of the last code that was taken, counted from the epoch: none of it or before is taken again.
    pub last_step: Option<i64>,
    pub created_at: Timestamp,
    /// Since when it counts: since the person has given a code of it; none until then.
    pub confirmed_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Personal for Entity {
    const PERSON: Column = Column::UserId;
}
