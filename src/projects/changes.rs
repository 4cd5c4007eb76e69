//! What is done to projects.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, QueryFilter};
use serde_json::json;

use crate::authority::{Change, Event, Member, OfOrganization, ProjectAdmin};
use crate::entity::project::{ActiveModel, Column, Entity, Model};
use crate::entity::{invite, llm_key, llm_key_health, team};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::name::Name;
use crate::random;
use crate::slug::Slug;

/// Projects that an organization can have, archived ones among them.
const MOST: usize = 500;
/// How many numbers are tried behind a slug that is taken.
const NUMBERS: u32 = 1000;

/// Creates a project in the team of this id; nothing stands for the one that everyone is in.
///
/// # Errors
/// 422 for what is no name, or where there are too many; 403 for who neither manages the team nor is an admin of the
/// organization; 404 when there is no such team for them.
pub async fn create(member: &Member, name: &str, team: Option<&Id>) -> Result<Model> {
    let name = Name::parse(name).map_err(|sentence| Error::invalid("name", sentence))?;
    let team = match team {
        Some(team) => team.to_string(),
        None => default_team(member).await?,
    };
    let change = member.change_in_team(&team).await?;
    let slugs: Vec<String> = change.column::<Entity, _>(Column::Slug, |ours| ours).await?;
    if slugs.len() >= MOST {
        return Err(Error::invalid("name", format!("Up to {MOST} projects fit. Delete one first.")));
    }
    let project = Model {
        id: random::id(),
        organization_id: change.organization().to_owned(),
        team_id: team,
        slug: free_slug(&name, "project", &slugs)?,
        name: name.as_str().to_owned(),
        is_default: false,
        archived_at: None,
        created_at: change.at(),
    };
    change.insert(ActiveModel::from(project.clone()).reset_all()).await?;
    let event = Event::done("project.created", name.as_str());
    change.commit(event.resulting_in(json!({ "slug": project.slug }))).await?;
    Ok(project)
}

async fn default_team(member: &Member) -> Result<String> {
    let teams = member.scope().find::<team::Entity>();
    let default = teams.filter(|ours| ours.filter(team::Column::IsDefault.eq(true)));
    Ok(default.one().await?.id)
}

/// What a name suggests, with a number behind it where that is `taken`.
///
/// # Errors
/// 422 where nothing is free.
pub(crate) fn free_slug(name: &Name, otherwise: &str, taken: &[String]) -> Result<String> {
    let proposed = Slug::proposed(name.as_str()).or_else(|| Slug::proposed(otherwise));
    let proposed = proposed.ok_or_else(|| Error::Internal("no slug".to_owned()))?;
    let numbered = (2..NUMBERS).map(|n| proposed.numbered(n));
    let mut candidates = std::iter::once(proposed.clone()).chain(numbered);
    let free = candidates.find(|slug| !taken.iter().any(|taken| taken == slug.as_str()));
    free.map(|slug| slug.to_string()).ok_or_else(|| Error::invalid("name", "Choose another name."))
}

/// What is to be changed of a project; nothing of what is none.
#[derive(Clone, Debug, Default)]
pub struct ProjectUpdate {
    /// Another name. The address stays.
    pub name: Option<String>,
    /// Whether it is out of use: its tokens do not work until it is back.
    pub archived: Option<bool>,
}

/// Changes a project, all of it or nothing.
///
/// # Errors
/// 422 for what is no name; 409 for archiving the one that everyone is in.
pub async fn update(admin: &ProjectAdmin, update: &ProjectUpdate) -> Result<()> {
    let name = update.name.as_deref().map(Name::parse).transpose();
    let name = name.map_err(|sentence| Error::invalid("name", sentence))?;
    let change = admin.change().await?;
    let before = this(&change, admin).await?;
    if before.is_default && update.archived == Some(true) {
        return Err(Error::Conflict("The project Default can’t be archived or deleted."));
    }
    let was_archived = before.archived_at.is_some();
    let archived_at = match update.archived {
        Some(archived) if archived != was_archived => archived.then(|| change.at()),
        _ => before.archived_at,
    };
    let after = name.as_ref().map_or(before.name.as_str(), Name::as_str);
    if after == before.name && archived_at == before.archived_at {
        return Ok(());
    }
    change
        .update::<Entity>(|ours| {
            ours.col_expr(Column::Name, Expr::value(after))
                .col_expr(Column::ArchivedAt, Expr::value(archived_at))
                .filter(Column::Id.eq(&before.id))
        })
        .await?;
    let action = match (was_archived, archived_at.is_some()) {
        (false, true) => "project.archived",
        (true, false) => "project.restored",
        _ => "project.renamed",
    };
    let event = Event::done(action, after).with(json!({ "name": before.name }), json!({ "name": after }));
    change.commit(event).await?;
    // What is out of use raises no alarm.
    admin.services().key_alarms.wake();
    Ok(())
}

/// Deletes an archived project, permanently: with its tokens, its keys and what they were used for.
///
/// # Errors
/// 409 for one that is in use.
pub async fn delete(admin: &ProjectAdmin) -> Result<()> {
    let change = admin.change_as_own().await?;
    let project = this(&change, admin).await?;
    if project.archived_at.is_none() {
        return Err(Error::Conflict("Archive the project first."));
    }
    let id = project.id.as_str();
    let keys = change.column::<llm_key::Entity, String>(llm_key::Column::Id, |ours| {
        ours.filter(llm_key::Column::ProjectId.eq(id))
    });
    let health = llm_key_health::Column::Subject.is_in(keys.await?);
    change.delete::<llm_key_health::Entity>(|ours| ours.filter(health)).await?;
    change
        .update::<invite::Entity>(|ours| {
            ours.col_expr(invite::Column::ProjectId, Expr::value(Option::<String>::None))
                .col_expr(invite::Column::ProjectRole, Expr::value(Option::<String>::None))
                .filter(invite::Column::ProjectId.eq(id))
        })
        .await?;
    change.delete::<Entity>(|ours| ours.filter(Column::Id.eq(id))).await?;
    let event = Event::done("project.deleted", project.name.as_str());
    change.commit(event.with(json!({ "slug": project.slug }), json!(null))).await
}

/// The project, as it is inside the change.
async fn this(change: &Change<OfOrganization>, admin: &ProjectAdmin) -> Result<Model> {
    let this = change.all::<Entity>(|ours| ours.filter(Column::Id.eq(&admin.project().id)));
    this.await?.pop().ok_or(Error::NotFound)
}
