//! Who belongs to which organization, as what (rule 1.3).

use sea_orm::entity::prelude::*;

use super::{Personal, Tenant, Timestamp};
use crate::access::Role;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub organization_id: String,
    pub user_id: String,
    pub role: Role,
    /// A copy of the name in `users`, kept by a trigger, so that lists are read in one index.
    pub name: String,
    /// A copy of the address in `users`, kept by a trigger.
    pub email: String,
    pub joined_at: Timestamp,
    /// Moves at most once in five minutes.
    pub last_seen_at: Timestamp,
    /// Since when the access rules leave the person out; none for those who are in.
    pub locked_out_at: Option<Timestamp>,
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
