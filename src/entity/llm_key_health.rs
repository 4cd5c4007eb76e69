//! How LLM keys did when they were last tried (rule 4.5).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "llm_key_health")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: String,
    /// The id of a stored key, or the fingerprint of one that the environment has.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// What the last try found.
    pub finding: Option<Json>,
    pub tested_at: Option<Timestamp>,
    /// When it was last known to work.
    pub good_at: Option<Timestamp>,
    /// The first of the tries that have failed since it last worked.
    pub failing_since: Option<Timestamp>,
    /// When it is tried next without being asked to; never for keys of the environment.
    pub next_test_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
