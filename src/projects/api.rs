//! `/api/projects`.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{Listed, list, one};
use super::people::part;
use super::people_query::RawPeopleQuery;
use super::{ProjectUpdate, create as create_project, delete as delete_project, members, update};
use crate::authority::{Member, ProjectAdmin, ProjectViewer};
use crate::entity::project_member;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::project_role::ProjectRole;
use crate::web::api::{Body, Created, Done, List, Shown, Timestamp, created, json, rfc3339};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    id: String,
    slug: String,
    name: String,
    team_id: String,
    /// What a team is called elsewhere.
    workspace_id: String,
    is_default: bool,
    archived_at: Option<Timestamp>,
    created_at: Timestamp,
    /// What the person who asks is in it.
    role: ProjectRole,
    /// Tokens that work.
    #[schema(extensions(("x-changes-by-itself" = json!(true))))]
    tokens: i64,
    #[schema(extensions(("x-changes-by-itself" = json!(true))))]
    last_used_at: Option<Timestamp>,
}

impl From<Listed> for Project {
    fn from(listed: Listed) -> Self {
        let Listed { project, role, tokens, last_used, .. } = listed;
        Self {
            workspace_id: project.team_id.clone(),
            archived_at: project.archived_at.map(|at| rfc3339(*at)),
            created_at: rfc3339(*project.created_at),
            last_used_at: last_used.map(|at| rfc3339(*at)),
            id: project.id,
            slug: project.slug,
            name: project.name,
            team_id: project.team_id,
            is_default: project.is_default,
            role,
            tokens,
        }
    }
}

/// `GET /api/projects`: those that the person has a right in.
pub async fn index(member: Member) -> Result<Shown<List<Project>>> {
    let items: Vec<Project> = list(&member).await?.into_iter().map(Project::from).collect();
    json(List::whole(items))
}

/// What a program sends to create one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "name": "Chat" })))]
pub struct NewProject {
    #[schema(min_length = 2, max_length = 60)]
    name: String,
    /// Left out, the team that everyone is in.
    #[serde(alias = "workspaceId")]
    team_id: Option<Id>,
}

/// `POST /api/projects`.
pub async fn create(member: Member, body: Body<NewProject>) -> Result<Created<Project>> {
    let project = create_project(&member, &body.name, body.team_id.as_ref()).await?;
    created(Project::from(one(&member, &project.id).await?))
}

/// `GET /api/projects/{project}`.
pub async fn show(viewer: ProjectViewer) -> Result<Shown<Project>> {
    json(Project::from(one(&viewer, &viewer.project().id).await?))
}

/// What a program sends to change one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "name": "Chat" })))]
pub struct ProjectPatch {
    #[schema(min_length = 2, max_length = 60)]
    name: Option<String>,
    archived: Option<bool>,
}

/// `PATCH /api/projects/{project}`: its name, and whether it is in use.
pub async fn change(admin: ProjectAdmin, body: Body<ProjectPatch>) -> Result<Shown<Project>> {
    if body.name.is_none() && body.archived.is_none() {
        return Err(Error::Malformed("no field to change".to_owned()));
    }
    let ProjectPatch { name, archived } = body.into_inner();
    update(&admin, &ProjectUpdate { name, archived }).await?;
    json(Project::from(one(&admin, &admin.project().id).await?))
}

/// `DELETE /api/projects/{project}`: one that is archived.
pub async fn delete(admin: ProjectAdmin) -> Result<Done> {
    delete_project(&admin).await?;
    Ok(Done)
}

/// `{user}`.
#[derive(Deserialize)]
pub struct MemberPath {
    user: Id,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectMember {
    user_id: String,
    role: ProjectRole,
}

/// Someone who has a role in a project.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectPerson {
    user_id: String,
    name: String,
    email: String,
    role: ProjectRole,
}

/// `GET /api/projects/{project}/members`: everyone with a role of their own in it.
pub async fn members(
    viewer: ProjectViewer,
    raw: web::Query<RawPeopleQuery>,
) -> Result<Shown<List<ProjectPerson>>> {
    let page = part::<project_member::Entity>(&viewer, &viewer.project().id, &raw.parse()?).await?;
    let shown = |(person, row): (members::Person, project_member::Model)| ProjectPerson {
        user_id: person.id,
        name: person.name,
        email: person.email,
        role: row.role,
    };
    json(List::part(page, shown))
}

/// `GET /api/projects/{project}/members/{user}`.
pub async fn member(viewer: ProjectViewer, path: web::Path<MemberPath>) -> Result<Shown<ProjectMember>> {
    let role = members::role_of(&viewer, &viewer.project().id, &path.user).await?;
    json(ProjectMember { user_id: path.user.to_string(), role })
}

/// Which role someone gets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "role": "viewer" })))]
pub struct ProjectMemberChange {
    #[schema(value_type = ProjectRole)]
    role: String,
}

/// `PUT /api/projects/{project}/members/{user}`.
pub async fn set_member(
    admin: ProjectAdmin,
    path: web::Path<MemberPath>,
    body: Body<ProjectMemberChange>,
) -> Result<Shown<ProjectMember>> {
    members::set(&admin, &path.user, &body.role).await?;
    let role = members::role_of(&admin, &admin.project().id, &path.user).await?;
    json(ProjectMember { user_id: path.user.to_string(), role })
}

/// `DELETE /api/projects/{project}/members/{user}`.
pub async fn remove_member(admin: ProjectAdmin, path: web::Path<MemberPath>) -> Result<Done> {
    members::remove(&admin, &path.user).await?;
    Ok(Done)
}
