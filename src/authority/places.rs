//! What a person may do in a project or a team: asked by the door of each page, and once more inside each change.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::entity::{project, project_member, team, team_member};
use crate::error::Result;
use crate::project_role::ProjectRole;
use crate::role::Role;

/// Someone, as one organization knows them.
#[derive(Clone, Copy)]
pub(super) struct Somebody<'a> {
    pub organization: &'a str,
    /// The person's id.
    pub person: &'a str,
    pub role: Role,
}

/// What someone is in a project; none when it does not exist for them.
pub(super) async fn role_in_project(
    connection: &impl ConnectionTrait,
    who: Somebody<'_>,
    project: &project::Model,
) -> Result<Option<ProjectRole>> {
    let manages = manages(connection, who, &project.team_id).await?;
    let row = project_member::Entity::find_by_id((project.id.clone(), who.person.to_owned()))
        .filter(project_member::Column::OrganizationId.eq(who.organization))
        .one(connection)
        .await?;
    Ok(ProjectRole::effective(who.role, manages, row.map(|row| row.role)))
}

/// Whether someone manages the team of this id.
pub(super) async fn manages(
    connection: &impl ConnectionTrait,
    who: Somebody<'_>,
    team: &str,
) -> Result<bool> {
    let team = team::Entity::find_by_id(team).filter(team::Column::OrganizationId.eq(who.organization));
    let team = team.filter(team::Column::ManagerId.eq(who.person)).one(connection).await?;
    Ok(team.is_some())
}

/// Whether someone may see a team, and whether they may also choose who is in it: admins of the organization and its
/// manager may both, its people the first.
pub(super) async fn right_in_team(
    connection: &impl ConnectionTrait,
    who: Somebody<'_>,
    team: &team::Model,
) -> Result<Option<TeamRight>> {
    if who.role >= Role::Admin || team.manager_id.as_deref() == Some(who.person) {
        return Ok(Some(TeamRight::Manages));
    }
    let row = team_member::Entity::find_by_id((team.id.clone(), who.person.to_owned()))
        .filter(team_member::Column::OrganizationId.eq(who.organization));
    Ok(row.one(connection).await?.map(|_| TeamRight::Sees))
}

/// What someone may in a team. The order is the order of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TeamRight {
    Sees,
    Manages,
}
