//! The projects that someone sees.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::authority::{Member, columns};
use crate::entity::{Timestamp, project, project_member, team, token};
use crate::error::{Error, Result};
use crate::project_role::ProjectRole;

/// A project, as someone sees it.
pub struct Listed {
    pub project: project::Model,
    pub team: team::Model,
    pub role: ProjectRole,
    /// Tokens that work.
    pub tokens: i64,
    /// When one of them was used last.
    pub last_used: Option<Timestamp>,
}

columns! {
    /// The tokens of a project, counted.
    struct Tokens of token::Entity {
        project: Option<String> = token::Column::ProjectId,
        count: i64 = token::Column::Id.count(),
        last_used: Option<i64> = token::Column::LastUsedAt.max(),
    }
}

/// All projects that the member has a right in: by team, those in use first, by name.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(member: &Member) -> Result<Vec<Listed>> {
    let person = member.visitor().id.as_str();
    let teams = member.scope().find::<team::Entity>().all().await?;
    let teams: HashMap<String, team::Model> = teams.into_iter().map(|team| (team.id.clone(), team)).collect();
    let rows = member.scope().find::<project_member::Entity>();
    let rows = rows.filter(|ours| ours.filter(project_member::Column::UserId.eq(person))).all().await?;
    let rows: HashMap<String, ProjectRole> = rows.into_iter().map(|row| (row.project_id, row.role)).collect();
    let mut tokens = tokens(member).await?;
    let projects = member.scope().find::<project::Entity>();
    let projects = projects.filter(|ours| ours.order_by_asc(project::Column::Name)).all().await?;
    let listed = projects.into_iter().filter_map(|project| {
        let team = teams.get(&project.team_id)?.clone();
        let manages = team.manager_id.as_deref() == Some(person);
        let role = ProjectRole::effective(member.role(), manages, rows.get(&project.id).copied())?;
        let tokens = tokens.remove(&project.id);
        let last_used = tokens.as_ref().and_then(|tokens| tokens.last_used).and_then(moment);
        Some(Listed { role, tokens: tokens.map_or(0, |tokens| tokens.count), last_used, project, team })
    });
    let mut listed: Vec<Listed> = listed.collect();
    listed.sort_by_key(|it| {
        (!it.team.is_default, it.team.name.to_lowercase(), it.project.archived_at.is_some())
    });
    Ok(listed)
}

fn moment(milliseconds: i64) -> Option<Timestamp> {
    chrono::DateTime::from_timestamp_millis(milliseconds).map(Timestamp::from)
}

async fn tokens(member: &Member) -> Result<HashMap<String, Tokens>> {
    let now = Timestamp::from(member.services().clock.now());
    let tokens = member.scope().find::<token::Entity>().filter(|ours| {
        ours.filter(token::Column::ProjectId.is_not_null())
            .filter(token::Column::RevokedAt.is_null())
            .filter(token::Column::ExpiresAt.gt(now))
            .group_by(Expr::col((token::Entity, token::Column::ProjectId)))
    });
    let tokens = tokens.rows::<Tokens>().await?;
    Ok(tokens.into_iter().filter_map(|row| Some((row.project.clone()?, row))).collect())
}

/// One of them, by its id.
///
/// # Errors
/// 404 for one that the member has no right in.
pub async fn one(member: &Member, project: &str) -> Result<Listed> {
    list(member).await?.into_iter().find(|it| it.project.id == project).ok_or(Error::NotFound)
}

/// The teams that the member may make projects in: all of them for admins, else those that they manage.
///
/// # Errors
/// When the database can't be asked.
pub async fn teams_to_make_in(member: &Member) -> Result<Vec<team::Model>> {
    let mut teams = member.scope().find::<team::Entity>().all().await?;
    teams.retain(|team| member.is_admin() || team.manager_id.as_deref() == Some(&member.visitor().id));
    teams.sort_by_key(|team| (!team.is_default, team.name.to_lowercase()));
    Ok(teams)
}

/// The teams that the member sees: all of them for admins, else those that they are in or manage.
///
/// # Errors
/// When the database can't be asked.
pub async fn teams_seen(member: &Member) -> Result<Vec<team::Model>> {
    use crate::entity::team_member::{Column, Entity};
    let person = member.visitor().id.as_str();
    let mut teams = member.scope().find::<team::Entity>().all().await?;
    let own = member.scope().find::<Entity>().filter(|ours| ours.filter(Column::UserId.eq(person)));
    let own: HashSet<String> = own.all().await?.into_iter().map(|row| row.team_id).collect();
    let is_seen = |team: &team::Model| {
        member.is_admin() || team.manager_id.as_deref() == Some(person) || own.contains(&team.id)
    };
    teams.retain(is_seen);
    teams.sort_by_key(|team| (!team.is_default, team.name.to_lowercase()));
    Ok(teams)
}
