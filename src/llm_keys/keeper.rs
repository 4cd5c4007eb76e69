//! Whose keys they are: an organization's, or a project's own (rule 10.3).

use sea_orm::{ColumnTrait, Condition};

use crate::authority::{Admin, Authority, Change, Member, OfOrganization, ProjectAdmin};
use crate::entity::llm_key::Column;
use crate::error::Result;

/// Someone who may change keys, and whose.
#[derive(Clone, Copy)]
pub enum Keeper<'a> {
    Organization(&'a Admin),
    Project(&'a ProjectAdmin),
}

impl<'a> Keeper<'a> {
    /// Who it is.
    pub fn member(self) -> &'a Member {
        match self {
            Self::Organization(admin) => admin,
            Self::Project(admin) => admin,
        }
    }

    /// The project's id; none for keys of the organization.
    pub fn project(self) -> Option<&'a str> {
        match self {
            Self::Organization(_) => None,
            Self::Project(admin) => Some(&admin.project().id),
        }
    }

    /// What the project is called.
    pub(super) fn project_name(self) -> Option<&'a str> {
        match self {
            Self::Organization(_) => None,
            Self::Project(admin) => Some(&admin.project().name),
        }
    }

    /// Which rows are theirs.
    pub(super) fn rows(self) -> Condition {
        of_project(self.project())
    }

    /// Begins a change that leaves the keys as they are.
    pub(super) async fn change(self) -> Result<Change<OfOrganization>> {
        match self {
            Self::Organization(admin) => admin.change().await,
            Self::Project(admin) => admin.change().await,
        }
    }

    /// Begins a change to the keys, which are no operator's (rule 6.4).
    pub(super) async fn change_keys(self) -> Result<Change<OfOrganization>> {
        match self {
            Self::Organization(admin) => admin.change_as_own().await,
            Self::Project(admin) => admin.change_as_own().await,
        }
    }
}

/// Who is let in to keys, and is their keeper by that.
pub trait Keeps: Authority {
    /// Whose keys they may change.
    fn keeper(&self) -> Keeper<'_>;
}

impl Keeps for Admin {
    fn keeper(&self) -> Keeper<'_> {
        Keeper::Organization(self)
    }
}

impl Keeps for ProjectAdmin {
    fn keeper(&self) -> Keeper<'_> {
        Keeper::Project(self)
    }
}

/// The keys of a project, or of the organization itself.
pub(super) fn of_project(project: Option<&str>) -> Condition {
    let column = Column::ProjectId;
    Condition::all().add(project.map_or_else(|| column.is_null(), |project| column.eq(project)))
}
