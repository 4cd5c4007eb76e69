//! Where an invite puts the person who accepts it, beside the organization: into a team, and into a project with a role
//! (rule 10.1).

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::authority::{Change, OfOrganization};
use crate::entity::invite::Model;
use crate::entity::{project, project_member, team, team_member};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::project_role::ProjectRole;

/// What was chosen; nothing of it for the organization alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenPlaces {
    /// A team's id.
    pub team: Option<Id>,
    /// A project's id.
    pub project: Option<Id>,
    /// The role in it; the least where none is chosen.
    pub project_role: String,
}

/// Where an invite leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    pub team: Option<String>,
    pub project: Option<(String, ProjectRole)>,
}

impl Places {
    /// Those of an invite.
    pub fn of(invite: &Model) -> Self {
        let role = invite.project_role.unwrap_or(ProjectRole::Viewer);
        Self {
            team: invite.team_id.clone(),
            project: invite.project_id.clone().map(|project| (project, role)),
        }
    }

    /// What was chosen, where there are such a team and such a project in the organization.
    ///
    /// # Errors
    /// 422 with a sentence for what is not there.
    pub async fn read(change: &Change<OfOrganization>, chosen: &ChosenPlaces) -> Result<Self> {
        let team = chosen.team.as_ref().map(Id::to_string);
        if let Some(id) = &team
            && change.all::<team::Entity>(|ours| ours.filter(team::Column::Id.eq(id))).await?.is_empty()
        {
            return Err(Error::invalid("teamId", "Team not found."));
        }
        let role = match chosen.project_role.trim() {
            "" => Some(ProjectRole::Viewer),
            role => ProjectRole::parse(role),
        };
        let role = role.ok_or_else(|| Error::invalid("projectRole", "Choose viewer or admin."))?;
        let project = chosen.project.as_ref().map(|id| (id.to_string(), role));
        if let Some((id, _)) = &project {
            let in_use = project::Column::ArchivedAt.is_null();
            let found =
                change.all::<project::Entity>(|ours| ours.filter(project::Column::Id.eq(id)).filter(in_use));
            if found.await?.is_empty() {
                return Err(Error::invalid("projectId", "Project not found."));
            }
        }
        Ok(Self { team, project })
    }
}

/// Puts a person who has just become a member where the invite leads, as far as that is there still. A role in a project is
/// raised and never lowered.
///
/// # Errors
/// When the database can't do it.
pub async fn put(connection: &impl ConnectionTrait, invite: &Model, person: &str) -> Result<()> {
    let organization = invite.organization_id.as_str();
    let places = Places::of(invite);
    if let Some(team) = places.team {
        let there = team::Entity::find_by_id(&team).filter(team::Column::OrganizationId.eq(organization));
        if there.one(connection).await?.is_some() {
            let row = team_member::ActiveModel {
                team_id: Set(team),
                user_id: Set(person.to_owned()),
                organization_id: Set(organization.to_owned()),
            };
            let is_in = OnConflict::new().do_nothing().to_owned();
            let insert = team_member::Entity::insert(row).on_conflict(is_in);
            insert.exec_without_returning(connection).await?;
        }
    }
    if let Some((project, role)) = places.project {
        put_into_project(connection, organization, &project, person, role).await?;
    }
    Ok(())
}

async fn put_into_project(
    connection: &impl ConnectionTrait,
    organization: &str,
    project: &str,
    person: &str,
    role: ProjectRole,
) -> Result<()> {
    let there = project::Entity::find_by_id(project).filter(project::Column::OrganizationId.eq(organization));
    if there.one(connection).await?.is_none() {
        return Ok(());
    }
    let row = project_member::ActiveModel {
        project_id: Set(project.to_owned()),
        user_id: Set(person.to_owned()),
        organization_id: Set(organization.to_owned()),
        role: Set(role),
    };
    let is_in = OnConflict::new().do_nothing().to_owned();
    project_member::Entity::insert(row).on_conflict(is_in).exec_without_returning(connection).await?;
    if role == ProjectRole::Admin {
        project_member::Entity::update_many()
            .col_expr(project_member::Column::Role, Expr::value(role))
            .filter(project_member::Column::ProjectId.eq(project))
            .filter(project_member::Column::UserId.eq(person))
            .exec(connection)
            .await?;
    }
    Ok(())
}
