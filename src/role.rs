//! Roles, as an order: an owner may what an admin may, an admin what a member may (rule 1.3).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person is in an organization. The order is the order of power.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum Role {
    #[sea_orm(string_value = "member")]
    Member,
    #[sea_orm(string_value = "admin")]
    Admin,
    #[sea_orm(string_value = "owner")]
    Owner,
}

impl Role {
    /// Every role, the most powerful first, as filters list them.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Member];

    /// The name in addresses, the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// The name that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Member => "Member",
        }
    }

    /// As a sentence says it.
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Owner => "an owner",
            Self::Admin => "an admin",
            Self::Member => "a member",
        }
    }

    /// What it lets a person do, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Owner => "Can do everything, including transferring and deleting the organization.",
            Self::Admin => "Can invite people and change settings, access rules and keys.",
            Self::Member => "Can use the team’s resources and view settings.",
        }
    }

    /// The role of exactly this name; `Admin` and `admin ` are none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
