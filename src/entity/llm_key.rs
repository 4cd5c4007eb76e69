//! LLM keys: the one in use for each provider, and the one that it replaced (rule 4.1).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "llm_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organization_id: String,
    /// The project whose own it is; none for one of the organization. The key is bound to it.
    pub project_id: Option<String>,
    /// As the catalog calls it, or `custom-…`.
    pub provider: String,
    /// What people call it; for a custom provider only.
    pub name: Option<String>,
    /// Where it is; for those whose address is the organization's own. The key is bound to it.
    pub base_url: Option<String>,
    pub sealed_key: String,
    /// Its last four characters; empty when it is too short to show any.
    pub last_four: String,
    pub set_by: String,
    pub set_by_name: String,
    /// When the provider first got a key.
    pub created_at: Timestamp,
    /// When it got this one.
    pub updated_at: Timestamp,
    /// Since when another is used instead of it.
    pub replaced_at: Option<Timestamp>,
    /// Since when it is to be erased, unless that is undone in time.
    pub removed_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
