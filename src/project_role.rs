//! What a person is in a project (rule 10.1).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::role::Role;

/// A role in a project. The order is the order of power.
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
pub enum ProjectRole {
    #[sea_orm(string_value = "viewer")]
    Viewer,
    #[sea_orm(string_value = "admin")]
    Admin,
}

impl ProjectRole {
    /// Every role, the less powerful first, as forms list them.
    pub const ALL: [Self; 2] = [Self::Viewer, Self::Admin];

    /// What a member of an organization is in one of its projects: admins of the organization and the manager of the
    /// project's team are its admins; of everyone else, a row says it. None: the project does not exist for them.
    pub fn effective(in_organization: Role, manages_team: bool, row: Option<Self>) -> Option<Self> {
        if in_organization >= Role::Admin || manages_team { Some(Self::Admin) } else { row }
    }

    /// The name in the API, in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Admin => "admin",
        }
    }

    /// As a sentence says it.
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Viewer => "a viewer",
            Self::Admin => "an admin",
        }
    }

    /// The name that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Viewer => "Viewer",
            Self::Admin => "Admin",
        }
    }

    /// What it lets a person do, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Viewer => "Can view the project, its people and its tokens’ names.",
            Self::Admin => "Can create tokens, set project keys and manage people.",
        }
    }

    /// The role of exactly this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_that_a_person_is_counts() {
        use ProjectRole::{Admin, Viewer};
        for (role, manages, row, right) in [
            (Role::Owner, false, None, Some(Admin)),
            (Role::Admin, false, Some(Viewer), Some(Admin)),
            (Role::Member, true, None, Some(Admin)),
            (Role::Member, true, Some(Viewer), Some(Admin)),
            (Role::Member, false, Some(Admin), Some(Admin)),
            (Role::Member, false, Some(Viewer), Some(Viewer)),
            (Role::Member, false, None, None),
        ] {
            assert_eq!(ProjectRole::effective(role, manages, row), right);
        }
    }
}
