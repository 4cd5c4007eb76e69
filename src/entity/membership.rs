//! Who belongs to which organization, as what (rule 1.3).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Personal, Tenant, Timestamp};
use crate::role::Role;

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
    /// The verified address by which the person joined: the only one that this organization knows. While there is one
    /// organization it follows that of the account.
    pub email: String,
    pub joined_at: Timestamp,
    /// Moves at most once in five minutes.
    pub last_seen_at: Timestamp,
    /// Since when the access rules leave the person out; none for those who are in.
    pub locked_out_at: Option<Timestamp>,
    /// Since when an admin keeps the person out; none for those who are not suspended.
    pub suspended_at: Option<Timestamp>,
    /// When the person has opened the organization last.
    pub opened_at: Option<Timestamp>,
    /// Made by the database of those and of the state of the person's account, of which triggers keep a copy.
    pub status: Status,
    /// What there is of one, as triggers copy it from the person’s account.
    pub second_factor: SecondFactor,
    /// Which of the mails about a required second factor the person had last: 1 at once, 2 a week before, 3 a day before; 0
    /// for none.
    pub second_factor_told: i64,
}

/// Whether a member can come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
#[schema(as = UserStatus)]
pub enum Status {
    #[sea_orm(string_value = "active")]
    Active,
    /// The account was deactivated, or the membership suspended.
    #[sea_orm(string_value = "deactivated")]
    Deactivated,
    /// The access rules leave the person out (rule 2.4).
    #[sea_orm(string_value = "locked_out")]
    LockedOut,
}

/// By what else than their account at a provider a person proves who they are (rule 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum SecondFactor {
    /// One of their own, which is asked for at sign-in.
    #[sea_orm(string_value = "own")]
    Own,
    /// The provider said at their last sign-in that it has asked for one.
    #[sea_orm(string_value = "provider")]
    Provider,
    #[sea_orm(string_value = "none")]
    None,
}

impl SecondFactor {
    /// Every one, as filters list them.
    pub const ALL: [Self; 3] = [Self::Own, Self::Provider, Self::None];

    /// The name in the API, in addresses and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Provider => "provider",
            Self::None => "none",
        }
    }

    /// The name that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Own => "On",
            Self::Provider => "Provider’s",
            Self::None => "Off",
        }
    }

    /// Reads [`Self::name`] back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.name() == name)
    }

    /// Whether it is one for an organization that trusts the provider's, or doesn't.
    pub fn counts(self, trusts_provider: bool) -> bool {
        self == Self::Own || self == Self::Provider && trusts_provider
    }
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

impl Status {
    /// Every status, as filters list them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Deactivated, Self::LockedOut];

    /// The name in the API, in addresses and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::LockedOut => "locked_out",
        }
    }

    /// The name that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Deactivated => "Deactivated",
            Self::LockedOut => "Locked out by access rules",
        }
    }

    /// Reads [`Self::name`] back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
