//! People who were turned away lately: a line per address.

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "denials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// None where someone was refused at the door of the installation.
    pub organization_id: Option<String>,
    /// Canonical, or what the provider sent where it isn't an address; empty when it sent none.
    pub email: String,
    /// The provider of the last try.
    pub provider: String,
    /// The rule that decided the last try, as the API names it.
    pub decided_by: String,
    /// What that rule said.
    pub detail: String,
    pub times: i64,
    pub last_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
