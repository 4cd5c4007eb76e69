//! Whose tokens they are: a project's, or a person's in one organization.

use sea_orm::{ColumnTrait, Condition};

use super::limits::{MOST_OF_PERSON, MOST_OF_PROJECT};
use crate::api_token::Scope;
use crate::authority::{Change, Member, OfOrganization, ProjectAdmin};
use crate::entity::token::Column;
use crate::error::{Error, Result};

/// Someone who may make tokens, and of what.
#[derive(Clone, Copy)]
pub enum Whose<'a> {
    /// Of the project, whose admin this is.
    Project(&'a ProjectAdmin),
    /// Of the member themselves.
    Person(&'a Member),
}

impl Whose<'_> {
    /// Who makes them.
    pub fn member(&self) -> &Member {
        match self {
            Self::Project(admin) => admin,
            Self::Person(member) => member,
        }
    }

    /// What they may be for, the least first.
    pub fn offered(&self) -> &'static [Scope] {
        match self {
            Self::Project(_) => &Scope::OF_PROJECTS,
            Self::Person(_) => &Scope::OF_PEOPLE,
        }
    }

    /// How many may work at once.
    pub(super) fn most(&self) -> usize {
        match self {
            Self::Project(_) => MOST_OF_PROJECT,
            Self::Person(_) => MOST_OF_PERSON,
        }
    }

    /// Which rows are theirs.
    pub(super) fn rows(&self) -> Condition {
        match self {
            Self::Project(admin) => Condition::all().add(Column::ProjectId.eq(&admin.project().id)),
            Self::Person(member) => Condition::all().add(Column::UserId.eq(&member.visitor().id)),
        }
    }

    /// The project's id and the person's; one of them.
    pub(super) fn ids(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::Project(admin) => (Some(admin.project().id.clone()), None),
            Self::Person(member) => (None, Some(member.visitor().id.clone())),
        }
    }

    /// How the log calls whose they are; nothing for one's own.
    pub(super) fn project_name(&self) -> Option<&str> {
        match self {
            Self::Project(admin) => Some(&admin.project().name),
            Self::Person(_) => None,
        }
    }

    /// Begins a change to them. No operator who has entered makes tokens, which fetch keys (rule 6.4).
    pub(super) async fn change(&self) -> Result<Change<OfOrganization>> {
        match self {
            Self::Project(admin) => admin.change_as_own().await,
            Self::Person(member) => member.change_of_own().await,
        }
    }

    /// Refuses what needs a project that is in use.
    pub(super) fn refuse_archived(&self) -> Result<()> {
        match self {
            Self::Project(admin) if admin.project().archived_at.is_some() => {
                Err(Error::Conflict("This project is archived. Restore it first."))
            }
            _ => Ok(()),
        }
    }
}
