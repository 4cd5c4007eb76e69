//! Who is what in a project.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::people_query::{PeopleQuery, PersonKeyset};
use crate::address::EmailAddress;
use crate::authority::{Change, Event, Member, OfOrganization, ProjectAdmin, columns};
use crate::entity::membership;
use crate::entity::project_member::{ActiveModel, Column, Entity, Model};
use crate::error::{Error, Result};
use crate::listing::{ListPage, ListQuery};
use crate::project_role::ProjectRole;
use crate::role::Role;

/// As many people as a page shows.
pub const SHOWN: u64 = 100;

columns! {
    /// Someone in the organization.
    pub struct Person of membership::Entity {
        pub id: String = membership::Column::UserId,
        pub name: String = membership::Column::Name,
        pub email: String = membership::Column::Email,
        pub role: Role = membership::Column::Role,
    }
}

/// The people who have a role in the project, by name, and no more than a page shows: with the role of each.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(member: &Member, project: &str) -> Result<Vec<(Person, ProjectRole)>> {
    let mut found = with_role(member, project, ProjectRole::Admin).await?;
    found.extend(with_role(member, project, ProjectRole::Viewer).await?);
    found.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    Ok(found)
}

async fn with_role(member: &Member, project: &str, role: ProjectRole) -> Result<Vec<(Person, ProjectRole)>> {
    let is_one = Expr::col((Entity, Column::UserId)).equals((membership::Entity, membership::Column::UserId));
    let theirs = Query::select()
        .column(Column::UserId)
        .from(Entity)
        .and_where(Expr::col((Entity, Column::ProjectId)).eq(project))
        .and_where(Expr::col((Entity, Column::Role)).eq(role))
        .to_owned();
    let people = member.scope().find::<membership::Entity>().filter(|ours| {
        // Of viewers there may be as many as people: then the walk by name ends soon. Admins are few.
        let ours = if role == ProjectRole::Viewer {
            ours.filter(Expr::exists(theirs.clone().and_where(is_one).take()))
        } else {
            ours.filter(membership::Column::UserId.in_subquery(theirs))
        };
        ours.order_by_asc(membership::Column::Name).limit(SHOWN)
    });
    Ok(people.rows::<Person>().await?.into_iter().map(|person| (person, role)).collect())
}

/// Everyone who has a role in the project, part by part, in the order of their ids.
///
/// # Errors
/// When the database can't be asked.
pub async fn part(
    member: &Member,
    project: &str,
    query: &PeopleQuery,
) -> Result<ListPage<(Person, ProjectRole), PersonKeyset>> {
    let walk = query.walk([Column::ProjectId, Column::UserId].map(|it| Expr::col((Entity, it))), false);
    let rows = member.scope().find::<Entity>().filter(|ours| {
        let mut ours = ours.filter(Column::ProjectId.eq(project));
        if let Some(cursor) = query.cursor() {
            ours = ours.filter(walk.beyond(&cursor.keyset));
        }
        walk.sort(ours).limit(query.slots())
    });
    let keyset = |row: &Model| PersonKeyset { of: row.project_id.clone(), person: row.user_id.clone() };
    let page = query.page(rows.all().await?, keyset);
    let ids = page.rows.iter().map(|row| row.user_id.as_str());
    let mut people = people_of(member, ids).await?;
    let with_role = |row: Model| people.remove(&row.user_id).map(|person| (person, row.role));
    let rows = page.rows.into_iter().filter_map(with_role).collect();
    Ok(ListPage { rows, previous: page.previous, next: page.next })
}

/// People of the organization, by their ids.
///
/// # Errors
/// When the database can't be asked.
pub async fn people_of<'a>(
    member: &Member,
    ids: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, Person>> {
    let these = membership::Column::UserId.is_in(ids);
    let people = member.scope().find::<membership::Entity>().filter(|ours| ours.filter(these));
    Ok(people.rows::<Person>().await?.into_iter().map(|person| (person.id.clone(), person)).collect())
}

/// How many have a role in the project.
///
/// # Errors
/// When the database can't be asked.
pub async fn count(member: &Member, project: &str) -> Result<usize> {
    let theirs = member.scope().find::<Entity>().filter(|ours| ours.filter(Column::ProjectId.eq(project)));
    let ids: Vec<i64> = theirs.column(Column::UserId.count()).await?;
    Ok(ids.first().map_or(0, |count| usize::try_from(*count).unwrap_or(usize::MAX)))
}

/// What someone is in the project by a role of their own.
///
/// # Errors
/// 404 for who has none.
pub async fn role_of(member: &Member, project: &str, person: &str) -> Result<ProjectRole> {
    let rows = member.scope().find::<Entity>();
    let row =
        rows.filter(|ours| ours.filter(Column::ProjectId.eq(project)).filter(Column::UserId.eq(person)));
    Ok(row.one().await?.role)
}

/// Gives a member a role in the project, by their address; tells their name and the role.
///
/// # Errors
/// 422 where no one in the organization has that address, or for what is no role.
pub async fn add(admin: &ProjectAdmin, email: &str, role: &str) -> Result<(String, ProjectRole)> {
    let role = parsed(role)?;
    let change = admin.change_as_own().await?;
    let member = find(&change, email).await?;
    put(admin, change, &member, role).await?;
    Ok((member.name, role))
}

/// The same by the person's id.
///
/// # Errors
/// 404 where no one in the organization has that id; 422 for what is no role.
pub async fn set(admin: &ProjectAdmin, person: &str, role: &str) -> Result<()> {
    let role = parsed(role)?;
    let change = admin.change_as_own().await?;
    let member = by_id(&change, person).await?;
    put(admin, change, &member, role).await
}

async fn put(
    admin: &ProjectAdmin,
    change: Change<OfOrganization>,
    member: &membership::Model,
    role: ProjectRole,
) -> Result<()> {
    let project = admin.project();
    let before = take(&change, &project.id, &member.user_id).await?;
    if before == Some(role) {
        return Ok(());
    }
    let row = ActiveModel {
        project_id: Set(project.id.clone()),
        user_id: Set(member.user_id.clone()),
        role: Set(role),
        ..Default::default()
    };
    change.insert(row).await?;
    let before = before.map(|role| json!({ "role": role.name(), "project": project.name }));
    let after = json!({ "role": role.name(), "project": project.name });
    let event = Event::done("project.member_set", member.email.as_str());
    change.commit(event.with(before.unwrap_or(json!(null)), after)).await
}

/// Takes a member's role in the project; tells their name.
///
/// # Errors
/// 404 for who has none.
pub async fn remove(admin: &ProjectAdmin, person: &str) -> Result<String> {
    let project = admin.project();
    let change = admin.change_as_own().await?;
    let member = by_id(&change, person).await?;
    let role = take(&change, &project.id, person).await?.ok_or(Error::NotFound)?;
    let before = json!({ "role": role.name(), "project": project.name });
    let event = Event::done("project.member_removed", member.email.as_str());
    change.commit(event.with(before, json!(null))).await?;
    Ok(member.name)
}

/// Takes the row of a role, and tells which it was.
async fn take(change: &Change<OfOrganization>, project: &str, person: &str) -> Result<Option<ProjectRole>> {
    let rows = change
        .all::<Entity>(|ours| ours.filter(Column::ProjectId.eq(project)).filter(Column::UserId.eq(person)));
    let before = rows.await?.pop().map(|row| row.role);
    change
        .delete::<Entity>(|ours| ours.filter(Column::ProjectId.eq(project)).filter(Column::UserId.eq(person)))
        .await?;
    Ok(before)
}

fn parsed(role: &str) -> Result<ProjectRole> {
    ProjectRole::parse(role).ok_or_else(|| Error::invalid("role", "Choose viewer or admin."))
}

/// The person whom the organization knows by an address.
///
/// # Errors
/// 422 where that is no one.
pub(crate) async fn find(change: &Change<OfOrganization>, email: &str) -> Result<membership::Model> {
    let email = EmailAddress::parse(email).map_err(|error| Error::invalid("email", error.to_string()))?;
    let theirs = change
        .all::<membership::Entity>(|ours| ours.filter(membership::Column::Email.eq(email.as_str())).limit(1));
    let nobody = || Error::invalid("email", "No member has this email.");
    theirs.await?.pop().ok_or_else(nobody)
}

/// The person with this id.
///
/// # Errors
/// 404 where that is no one of the organization.
pub(crate) async fn by_id(change: &Change<OfOrganization>, person: &str) -> Result<membership::Model> {
    let theirs = change.all::<membership::Entity>(|ours| ours.filter(membership::Column::UserId.eq(person)));
    theirs.await?.pop().ok_or(Error::NotFound)
}
