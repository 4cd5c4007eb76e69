//! Sessions, found by the hash of what the cookie holds.

use sea_orm::entity::prelude::*;

use super::{Personal, Timestamp};

/// Stands for the provider in sessions of a link that an operator has made; no provider has such a name.
pub const BY_LINK: &str = "(link)";

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// SHA-256, in hex, of the random value in the cookie.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: String,
    /// The name by which its owner ends it; opens nothing.
    pub id: String,
    pub user_id: String,
    pub address: String,
    pub user_agent: String,
    /// The moment of sign-in.
    pub created_at: Timestamp,
    /// Moves at most once in five minutes.
    pub last_seen_at: Timestamp,
    /// When the provider says that the person proved who they are; none where it doesn't say.
    pub authenticated_at: Option<Timestamp>,
    /// When the person gave a code, too (rule 7.1); none while they have not. People without a second factor need none.
    pub second_factor_at: Option<Timestamp>,
    /// The provider by which the person signed in, or [`BY_LINK`](crate::entity::session::BY_LINK); none for sessions from
    /// before this was kept.
    pub provider: Option<String>,
    /// Whether the provider said that it has asked for a second factor.
    pub provider_factor: bool,
    /// The organization that was opened last: where `/` leads, and nothing else.
    pub organization_id: Option<String>,
    /// Whether the person's role has changed since the id in the cookie was given out; set by a trigger.
    pub renewal_due: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Personal for Entity {
    const PERSON: Column = Column::UserId;
}
