//! Who is in a team.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::authority::{Change, Event, Member, OfOrganization, TeamManager};
use crate::entity::team_member::{ActiveModel, Column, Entity};
use crate::entity::{membership, project, project_member, team};
use crate::error::{Error, Result};
use crate::projects::members::{Person, SHOWN, by_id, find};

/// The people in a team, by name, and no more than a page shows.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(member: &Member, team: &str) -> Result<Vec<Person>> {
    // Everyone may be in it: the walk by name ends soon.
    let theirs = Query::select()
        .column(Column::UserId)
        .from(Entity)
        .and_where(Expr::col((Entity, Column::TeamId)).eq(team))
        .and_where(
            Expr::col((Entity, Column::UserId)).equals((membership::Entity, membership::Column::UserId)),
        )
        .to_owned();
    let people = member
        .scope()
        .find::<membership::Entity>()
        .filter(|ours| ours.filter(Expr::exists(theirs)).order_by_asc(membership::Column::Name).limit(SHOWN));
    people.rows().await
}

/// How many are in a team.
///
/// # Errors
/// When the database can't be asked.
pub async fn count(member: &Member, team: &str) -> Result<usize> {
    let theirs = member.scope().find::<Entity>().filter(|ours| ours.filter(Column::TeamId.eq(team)));
    let ids: Vec<i64> = theirs.column(Column::UserId.count()).await?;
    Ok(ids.first().map_or(0, |count| usize::try_from(*count).unwrap_or(usize::MAX)))
}

/// Someone of the organization, by their id; none who has left.
///
/// # Errors
/// When the database can't be asked.
pub async fn person(member: &Member, id: &str) -> Result<Option<Person>> {
    let people = member.scope().find::<membership::Entity>();
    let people = people.filter(|ours| ours.filter(membership::Column::UserId.eq(id)));
    Ok(people.rows().await?.pop())
}

/// Puts a member into a team, by their address; tells their name.
///
/// # Errors
/// 422 where no one in the organization has that address.
pub async fn add(manager: &TeamManager, email: &str) -> Result<String> {
    let change = manager.change().await?;
    let member = find(&change, email).await?;
    enter(manager, change, &member).await?;
    Ok(member.name)
}

/// The same by the person's id.
///
/// # Errors
/// 404 where no one in the organization has that id.
pub async fn add_by_id(manager: &TeamManager, person: &str) -> Result<()> {
    let change = manager.change().await?;
    let member = by_id(&change, person).await?;
    enter(manager, change, &member).await
}

async fn enter(
    manager: &TeamManager,
    change: Change<OfOrganization>,
    member: &membership::Model,
) -> Result<()> {
    let team = manager.team();
    if !put(&change, &team.id, &member.user_id).await? {
        return Ok(());
    }
    let event = Event::done("team.member_added", member.email.as_str());
    change.commit(event.resulting_in(json!({ "team": team.name }))).await
}

/// Puts a person into a team; tells whether they were not in it yet.
pub(super) async fn put(change: &Change<OfOrganization>, team: &str, person: &str) -> Result<bool> {
    let this = |ours: sea_orm::Select<Entity>| {
        ours.filter(Column::TeamId.eq(team)).filter(Column::UserId.eq(person))
    };
    if !change.all::<Entity>(this).await?.is_empty() {
        return Ok(false);
    }
    let row =
        ActiveModel { team_id: Set(team.to_owned()), user_id: Set(person.to_owned()), ..Default::default() };
    change.insert(row).await?;
    Ok(true)
}

/// Takes a member out of a team and its projects; its manager no longer manages it. Tells their name.
///
/// # Errors
/// 404 for who is not in it; 409 for the team that everyone is in.
pub async fn remove(manager: &TeamManager, person: &str) -> Result<String> {
    let team = manager.team();
    if team.is_default {
        return Err(Error::Conflict("Everyone in the organization is in the team Default."));
    }
    let change = manager.change().await?;
    let member = by_id(&change, person).await?;
    let gone = change
        .delete::<Entity>(|ours| ours.filter(Column::TeamId.eq(&team.id)).filter(Column::UserId.eq(person)));
    if gone.await? == 0 {
        return Err(Error::NotFound);
    }
    let projects = change.column::<project::Entity, String>(project::Column::Id, |ours| {
        ours.filter(project::Column::TeamId.eq(&team.id))
    });
    let projects = projects.await?;
    change
        .delete::<project_member::Entity>(|ours| {
            ours.filter(project_member::Column::ProjectId.is_in(projects))
                .filter(project_member::Column::UserId.eq(person))
        })
        .await?;
    let none = Expr::value(Option::<String>::None);
    change
        .update::<team::Entity>(|ours| {
            ours.col_expr(team::Column::ManagerId, none)
                .filter(team::Column::Id.eq(&team.id))
                .filter(team::Column::ManagerId.eq(person))
        })
        .await?;
    let event = Event::done("team.member_removed", member.email.as_str());
    change.commit(event.with(json!({ "team": team.name }), json!(null))).await?;
    Ok(member.name)
}
