//! What can be chosen for an invite: roles, teams and projects.

use crate::authority::Admin;
use crate::entity::project;
use crate::error::Result;
use crate::id::Id;
use crate::invites::form::{InviteForm, role};
use crate::project_role::ProjectRole;
use crate::projects;
use crate::role::Role;

/// What the form offers, and what of it is chosen.
pub struct FormChoices {
    pub roles: Vec<RoleChoice>,
    /// Where an invite can lead beside the organization; nothing where only Default exists.
    pub teams: Vec<PlaceChoice>,
    pub projects: Vec<PlaceChoice>,
    pub project_roles: [ProjectRole; 2],
    pub project_role: String,
}

impl FormChoices {
    /// What `admin` can choose, with what the form says.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn of(admin: &Admin, form: &InviteForm) -> Result<Self> {
        Ok(Self {
            roles: roles(admin, role(&form.role).unwrap_or(Role::Member)),
            teams: teams(admin, form.team.as_ref()).await?,
            projects: projects(admin, form.project.as_ref()).await?,
            project_roles: ProjectRole::ALL,
            project_role: form.project_role.clone(),
        })
    }
}

impl FormChoices {
    /// Whether an invite can lead to more than the organization.
    pub fn has_places(&self) -> bool {
        !self.teams.is_empty() || !self.projects.is_empty()
    }
}

/// A role.
pub struct RoleChoice {
    pub name: &'static str,
    pub label: &'static str,
    pub meaning: &'static str,
    pub selected: bool,
}

/// A team or a project.
pub struct PlaceChoice {
    pub id: String,
    pub name: String,
    pub selected: bool,
}

impl PlaceChoice {
    fn of(id: String, name: String, chosen: Option<&Id>) -> Self {
        Self { selected: chosen.is_some_and(|chosen| **chosen == id), id, name }
    }
}

fn roles(admin: &Admin, chosen: Role) -> Vec<RoleChoice> {
    let mine = Role::ALL.into_iter().rev().filter(|role| *role <= admin.role());
    mine.map(|role| RoleChoice {
        name: role.name(),
        label: role.label(),
        meaning: role.meaning(),
        selected: role == chosen,
    })
    .collect()
}

async fn teams(admin: &Admin, chosen: Option<&Id>) -> Result<Vec<PlaceChoice>> {
    let teams = projects::list::teams_seen(admin).await?;
    let others = teams.into_iter().filter(|team| !team.is_default);
    Ok(others.map(|team| PlaceChoice::of(team.id, team.name, chosen)).collect())
}

async fn projects(admin: &Admin, chosen: Option<&Id>) -> Result<Vec<PlaceChoice>> {
    let all = projects::list::list(admin).await?.into_iter().map(|it| it.project);
    let in_use: Vec<project::Model> = all.filter(|project| project.archived_at.is_none()).collect();
    if in_use.len() < 2 {
        return Ok(Vec::new());
    }
    Ok(in_use.into_iter().map(|project| PlaceChoice::of(project.id, project.name, chosen)).collect())
}
