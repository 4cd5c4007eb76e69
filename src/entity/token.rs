//! Tokens, of projects and of people (rule 10.2). Of the token itself only a hash is kept.

use sea_orm::entity::prelude::*;

use super::{Personal, Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organization_id: String,
    /// The project that it is of; none for one of a person.
    pub project_id: Option<String>,
    /// The person that it is of; none for one of a project.
    pub user_id: Option<String>,
    pub name: String,
    /// How it begins, by which people tell it from others.
    pub prefix: String,
    /// SHA-256 of the whole token, in hex.
    #[sea_orm(unique)]
    pub hash: String,
    /// Names of scopes, with a space between them.
    pub scopes: String,
    pub created_at: Timestamp,
    /// The id of the person who made it.
    pub created_by: String,
    pub created_by_name: String,
    pub expires_at: Timestamp,
    /// Moves at most once a minute.
    pub last_used_at: Option<Timestamp>,
    /// The address from which it was used then.
    pub last_used_from: Option<String>,
    /// The id of the token that was made to take its place.
    pub replaced_by: Option<String>,
    pub revoked_at: Option<Timestamp>,
    /// The last hour, from the epoch, for which an event tells that it was used.
    pub told_hour: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}

impl Personal for Entity {
    const PERSON: Column = Column::UserId;
}
