//! Who may join an organization: one row, one version, for the whole rule set (rule 2.1).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};
use crate::gate::{AllowedDomains, AllowedEmails, Rules};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "org_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: String,
    pub allowed_domains: AllowedDomains,
    pub domain_gating_enabled: bool,
    pub allowed_emails: AllowedEmails,
    pub email_allowlist_enabled: bool,
    pub open_sign_up: bool,
    /// The longest life of a token, in days (rule 10.2).
    pub token_max_days: i64,
    /// Counts the edits, so that a form made from an older one is noticed.
    pub version: i64,
    pub updated_at: Timestamp,
    /// The name of the person who edited it last.
    pub updated_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}

impl From<&Model> for Rules {
    fn from(row: &Model) -> Self {
        Self {
            allowed_domains: row.allowed_domains.0.clone(),
            domain_gating: row.domain_gating_enabled,
            allowed_emails: row.allowed_emails.0.clone(),
            email_allowlist: row.email_allowlist_enabled,
            open_sign_up: row.open_sign_up,
        }
    }
}
