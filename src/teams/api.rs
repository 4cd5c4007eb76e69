//! `/api/teams`.

use actix_web::web;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{Meant, create as create_team, delete as delete_team, people, rename, set_manager};
use crate::authority::{Admin, Member, TeamAdmin, TeamManager, TeamViewer};
use crate::entity::{team, team_member};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::projects::list::teams_seen;
use crate::projects::members::Person;
use crate::projects::people::part;
use crate::projects::people_query::RawPeopleQuery;
use crate::web::api::{Body, Created, Done, List, Shown, created, json};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Team {
    id: String,
    slug: String,
    name: String,
    manager_id: Option<String>,
    is_default: bool,
}

impl From<team::Model> for Team {
    fn from(row: team::Model) -> Self {
        let team::Model { id, slug, name, manager_id, is_default, .. } = row;
        Self { id, slug, name, manager_id, is_default }
    }
}

async fn one(member: &Member, id: &str) -> Result<Team> {
    let teams = teams_seen(member).await?;
    teams.into_iter().find(|team| team.id == id).map(Team::from).ok_or(Error::NotFound)
}

/// `GET /api/teams`: those that the person sees.
pub async fn index(member: Member) -> Result<Shown<List<Team>>> {
    let items: Vec<Team> = teams_seen(&member).await?.into_iter().map(Team::from).collect();
    json(List::whole(items))
}

/// What a program sends to create one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "Research" })))]
pub struct NewTeam {
    #[schema(min_length = 2, max_length = 60)]
    name: String,
}

/// `POST /api/teams`.
pub async fn create(admin: Admin, body: Body<NewTeam>) -> Result<Created<Team>> {
    match create_team(&admin, &body.name).await {
        Ok(team) => created(Team::from(team)),
        Err(Error::Invalid(mut errors)) => {
            let sentences = errors.remove("team").unwrap_or_default();
            Err(Error::Invalid([("name".to_owned(), sentences)].into()))
        }
        Err(other) => Err(other),
    }
}

/// `GET /api/teams/{team}`.
pub async fn show(viewer: TeamViewer) -> Result<Shown<Team>> {
    json(Team::from(viewer.team().clone()))
}

/// What a program sends to change one: one thing at a time.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "name": "Research" })))]
pub struct TeamPatch {
    #[schema(min_length = 2, max_length = 60)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    manager_id: Said,
}

/// A person's id, or null for no one, as far as anything was said.
#[derive(Default)]
enum Said {
    #[default]
    Nothing,
    Manager(Option<Id>),
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(field: D) -> std::result::Result<Self, D::Error> {
        Option::deserialize(field).map(Self::Manager)
    }
}

/// `PATCH /api/teams/{team}`: its name, or, by an admin of the organization, its manager.
pub async fn change(manager: TeamManager, body: Body<TeamPatch>) -> Result<Shown<Team>> {
    match body.into_inner() {
        TeamPatch { name: Some(name), manager_id: Said::Nothing } => {
            rename(&manager, &name).await?;
        }
        TeamPatch { name: None, manager_id: Said::Manager(id) } => {
            set_manager(&manager.as_admin()?, Meant::Id(id.as_deref())).await?;
        }
        _ => return Err(Error::Malformed("one of name and managerId".to_owned())),
    }
    json(one(&manager, &manager.team().id).await?)
}

/// Who manages it; no one, where that is null.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "managerId": null })))]
pub struct TeamManagerChange {
    manager_id: Option<Id>,
}

/// `PUT /api/teams/{team}/manager`.
pub async fn manage(admin: TeamAdmin, body: Body<TeamManagerChange>) -> Result<Shown<Team>> {
    set_manager(&admin, Meant::Id(body.manager_id.as_deref())).await?;
    json(one(&admin, &admin.team().id).await?)
}

/// `DELETE /api/teams/{team}`: one without projects.
pub async fn delete(admin: TeamAdmin) -> Result<Done> {
    delete_team(&admin).await?;
    Ok(Done)
}

/// Someone in a team.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TeamPerson {
    user_id: String,
    name: String,
    email: String,
}

impl From<Person> for TeamPerson {
    fn from(Person { id, name, email, .. }: Person) -> Self {
        Self { user_id: id, name, email }
    }
}

/// `GET /api/teams/{team}/members`.
pub async fn members(viewer: TeamViewer, raw: web::Query<RawPeopleQuery>) -> Result<Shown<List<TeamPerson>>> {
    let page = part::<team_member::Entity>(&viewer, &viewer.team().id, &raw.parse()?).await?;
    json(List::part(page, |(person, _)| TeamPerson::from(person)))
}

/// `{user}`.
#[derive(Deserialize)]
pub struct MemberPath {
    user: Id,
}

/// `PUT /api/teams/{team}/members/{user}`.
pub async fn add_member(manager: TeamManager, path: web::Path<MemberPath>) -> Result<Done> {
    people::add_by_id(&manager, &path.user).await?;
    Ok(Done)
}

/// `DELETE /api/teams/{team}/members/{user}`.
pub async fn remove_member(manager: TeamManager, path: web::Path<MemberPath>) -> Result<Done> {
    people::remove(&manager, &path.user).await?;
    Ok(Done)
}
