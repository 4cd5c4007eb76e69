//! What is done to teams.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, QueryFilter};
use serde_json::json;

use crate::authority::{Admin, Event, TeamAdmin, TeamManager};
use crate::entity::team::{ActiveModel, Column, Entity, Model};
use crate::entity::{invite, project};
use crate::error::{Error, Result};
use crate::name::Name;
use crate::projects::free_slug;
use crate::projects::members::{by_id, find};
use crate::random;

/// Teams that an organization can have.
const MOST: usize = 100;

/// Creates a team, in which no one is yet.
///
/// # Errors
/// 422 for what is no name, or where there are too many.
pub async fn create(admin: &Admin, name: &str) -> Result<Model> {
    let name = Name::parse(name).map_err(|sentence| Error::invalid("team", sentence))?;
    let change = admin.change().await?;
    let slugs: Vec<String> = change.column::<Entity, _>(Column::Slug, |ours| ours).await?;
    if slugs.len() >= MOST {
        return Err(Error::invalid("team", format!("Up to {MOST} teams fit. Delete one first.")));
    }
    let team = Model {
        id: random::id(),
        organization_id: change.organization().to_owned(),
        slug: free_slug(&name, "team", &slugs)?,
        name: name.as_str().to_owned(),
        is_default: false,
        manager_id: None,
        created_at: change.at(),
    };
    change.insert(ActiveModel::from(team.clone()).reset_all()).await?;
    let event = Event::done("team.created", name.as_str());
    change.commit(event.resulting_in(json!({ "slug": team.slug }))).await?;
    Ok(team)
}

/// Gives a team another name. Its address stays.
///
/// # Errors
/// 422 for what is no name.
pub async fn rename(manager: &TeamManager, name: &str) -> Result<String> {
    let name = Name::parse(name).map_err(|sentence| Error::invalid("name", sentence))?;
    let change = manager.change().await?;
    let this = Column::Id.eq(&manager.team().id);
    let now = change.all::<Entity>(|ours| ours.filter(this.clone())).await?.pop().ok_or(Error::NotFound)?;
    if now.name == name.as_str() {
        return Ok(now.name);
    }
    change
        .update::<Entity>(|ours| ours.col_expr(Column::Name, Expr::value(name.as_str())).filter(this))
        .await?;
    let event = Event::done("team.renamed", name.as_str());
    let before = json!({ "name": now.name });
    change.commit(event.with(before, json!({ "name": name.as_str() }))).await?;
    Ok(name.as_str().to_owned())
}

/// Whom someone is meant by.
pub enum Meant<'a> {
    /// Their address; none where it is empty.
    Email(&'a str),
    /// Their id; none for no one.
    Id(Option<&'a str>),
}

/// Makes someone of the organization the manager of a team, or no one. They are in the team from then on.
///
/// # Errors
/// 422 where no one is meant.
pub async fn set_manager(admin: &TeamAdmin, meant: Meant<'_>) -> Result<()> {
    // Anyone who manages a team makes tokens: that is no operator's to give (rule 6.4).
    admin.refuse_operator()?;
    let change = admin.change().await?;
    let team = change.all::<Entity>(|ours| ours.filter(Column::Id.eq(&admin.team().id))).await?;
    let team = team.into_iter().next().ok_or(Error::NotFound)?;
    let manager = match meant {
        Meant::Email(email) if email.trim().is_empty() => None,
        Meant::Email(email) => Some(find(&change, email).await?),
        Meant::Id(None) => None,
        Meant::Id(Some(id)) => Some(by_id(&change, id).await.map_err(nobody)?),
    };
    if team.manager_id.as_deref() == manager.as_ref().map(|manager| manager.user_id.as_str()) {
        return Ok(());
    }
    if let Some(manager) = &manager {
        super::people::put(&change, &team.id, &manager.user_id).await?;
    }
    let (id, value) = (Column::Id.eq(&team.id), manager.as_ref().map(|member| member.user_id.clone()));
    change.update::<Entity>(|ours| ours.col_expr(Column::ManagerId, Expr::value(value)).filter(id)).await?;
    let event = Event::done("team.manager_changed", team.name.as_str());
    let after = json!({ "manager": manager.map(|member| member.email) });
    change.commit(event.resulting_in(after)).await
}

/// The team is there; the person who should manage it is not.
fn nobody(error: Error) -> Error {
    match error {
        Error::NotFound => Error::invalid("managerId", "No member has this id."),
        other => other,
    }
}

/// Deletes a team that has no projects.
///
/// # Errors
/// 409 for the one that everyone is in, and for one with projects.
pub async fn delete(admin: &TeamAdmin) -> Result<()> {
    let change = admin.change().await?;
    let team = change.all::<Entity>(|ours| ours.filter(Column::Id.eq(&admin.team().id))).await?;
    let team = team.into_iter().next().ok_or(Error::NotFound)?;
    if team.is_default {
        return Err(Error::Conflict("The team Default can’t be deleted."));
    }
    let in_it = project::Column::TeamId.eq(&team.id);
    if !change.all::<project::Entity>(|ours| ours.filter(in_it)).await?.is_empty() {
        return Err(Error::Conflict("This team has projects. Delete them first, archived ones, too."));
    }
    let named = invite::Column::TeamId.eq(&team.id);
    let none = Expr::value(Option::<String>::None);
    change.update::<invite::Entity>(|ours| ours.col_expr(invite::Column::TeamId, none).filter(named)).await?;
    change.delete::<Entity>(|ours| ours.filter(Column::Id.eq(&team.id))).await?;
    change.commit(Event::done("team.deleted", team.name)).await
}
