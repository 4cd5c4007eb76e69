//! A member in a project of their organization.

use std::ops::Deref;

use actix_web::HttpRequest;
use sea_orm::{ColumnTrait, QueryFilter};

use super::member::Member;
use crate::authority::change::{Change, OfOrganization};
use crate::authority::places::{manages, role_in_project};
use crate::entity::project;
use crate::error::{Error, Forbidden, Result};
use crate::id::Id;
use crate::links::{PROJECT_IN_PATH, is_api};
use crate::project_role::ProjectRole;

/// A member who may see the project that the address means: by its slug in the addresses of pages, by its id in those of
/// programs. For everyone else there is none (rule 6.2).
pub struct ProjectViewer {
    member: Member,
    project: project::Model,
    role: ProjectRole,
}

impl Deref for ProjectViewer {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.member
    }
}

impl ProjectViewer {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let member = Member::of(request).await?;
        let named = request.match_info().get(PROJECT_IN_PATH).unwrap_or_default();
        let named = Id::parse(named).map_err(|_| Error::NotFound)?;
        let column = if is_api(request.path()) { project::Column::Id } else { project::Column::Slug };
        let project = member.scope().find::<project::Entity>().filter(|all| all.filter(column.eq(&*named)));
        let project = project.one().await?;
        let connection = member.services().db.reader();
        match role_in_project(connection, member.somebody(), &project).await? {
            Some(role) => Ok(Self { member, project, role }),
            None => Err(Error::NotFound),
        }
    }

    /// The project.
    pub fn project(&self) -> &project::Model {
        &self.project
    }

    /// Whether the controls of its admins are for this member.
    pub fn is_project_admin(&self) -> bool {
        self.role == ProjectRole::Admin
    }

    /// Whether nothing but a role of their own makes the member what they are here: no role in the organization, nor the
    /// team that they manage.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn is_by_own_role(&self) -> Result<bool> {
        let connection = self.services().db.reader();
        Ok(!self.is_admin() && !manages(connection, self.somebody(), &self.project.team_id).await?)
    }
}

/// A member who is admin of the project that the address means.
pub struct ProjectAdmin(ProjectViewer);

impl Deref for ProjectAdmin {
    type Target = ProjectViewer;

    fn deref(&self) -> &ProjectViewer {
        &self.0
    }
}

impl ProjectAdmin {
    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let viewer = ProjectViewer::of(request).await?;
        if viewer.is_project_admin() {
            return Ok(Self(viewer));
        }
        Err(Error::Forbidden(Forbidden::NeedsProjectAdmin))
    }

    /// Begins a change to the organization's rows, which someone who has stopped being admin of the project while
    /// waiting does not.
    ///
    /// # Errors
    /// 403 for anyone who is no admin of it any more, 404 where the project is gone, too.
    pub async fn change(&self) -> Result<Change<OfOrganization>> {
        Change::by_project_admin(self.beginning(), &self.project().id).await
    }

    /// The same where an operator who has entered the organization is none of its own: no key is theirs, and no token
    /// that fetches one (rule 6.4).
    ///
    /// # Errors
    /// As [`Self::change`]; 403 for an operator.
    pub async fn change_as_own(&self) -> Result<Change<OfOrganization>> {
        self.refuse_operator()?;
        self.change().await
    }
}
