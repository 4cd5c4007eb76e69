//! People (rule 1.2).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::Timestamp;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Canonical (rule 2.7), unique.
    pub email: String,
    pub name: String,
    pub status: Status,
    /// Whether the person may enter organizations; the shell's to say (rule 6.4).
    pub operator: bool,
    pub created_at: Timestamp,
    /// Whether they have a second factor of their own; set by triggers.
    pub own_factor: bool,
    /// Whether the provider of their last sign-in vouched for one.
    pub provider_factor: bool,
}

/// Whether a person may use their account at all (rule 1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum Status {
    #[sea_orm(string_value = "active")]
    Active,
    #[sea_orm(string_value = "deactivated")]
    Deactivated,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
