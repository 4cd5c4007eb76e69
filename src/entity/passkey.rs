//! Passkeys: keys that a person's device keeps, and of which we keep the public part (WebAuthn level 3).

use sea_orm::entity::prelude::*;

use super::{Personal, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    /// What the person calls it.
    pub name: String,
    /// By what the device knows it, in base64url: no one else's.
    pub credential_id: String,
    /// The public key and what else is known of it, as JSON.
    pub credential: String,
    /// How often the device says that it was used: a copy that lags behind is told by it. 0 of devices that don't count.
    pub counter: i64,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Personal for Entity {
    const PERSON: Column = Column::UserId;
}
