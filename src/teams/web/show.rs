//! The page of a team.

use actix_web::http::StatusCode;
use askama::Template;

use crate::authority::TeamViewer;
use crate::error::FieldErrors;
use crate::links::{Link, Links, TeamLinks};
use crate::projects;
use crate::projects::members::Person;
use crate::teams::people;
use crate::web::{Page, Reply, View};

#[expect(clippy::struct_excessive_bools, reason = "what a page shows and lets one do")]
#[derive(Template)]
#[template(path = "teams/show.html")]
struct TeamPage {
    links: Links,
    at: TeamLinks,
    name: String,
    is_default: bool,
    is_admin: bool,
    can_edit: bool,
    can_add: bool,
    /// Whether the viewer may delete it, once it has no projects.
    can_delete: bool,
    /// The name of the person who manages it; empty for no one.
    manager: String,
    manager_email: String,
    manager_error: String,
    projects: Vec<ProjectRow>,
    people: Vec<PersonRow>,
    more_people: usize,
    email: String,
    email_error: String,
    new_name: String,
    name_error: String,
}

struct ProjectRow {
    name: String,
    href: Link,
    is_archived: bool,
}

struct PersonRow {
    id: String,
    name: String,
    email: String,
    manages: bool,
    can_remove: bool,
}

impl Page for TeamPage {
    fn title(&self) -> &str {
        &self.name
    }

    fn has_errors(&self) -> bool {
        [&self.manager_error, &self.email_error, &self.name_error].iter().any(|error| !error.is_empty())
    }
}

/// What was typed, in whichever form of the page.
#[derive(Default)]
pub struct Typed {
    pub email: String,
    pub manager: Option<String>,
    pub name: Option<String>,
    pub errors: FieldErrors,
}

/// `GET /settings/admin/teams/{team}`.
pub async fn show(viewer: TeamViewer, view: View) -> Reply {
    page(&viewer, &view, StatusCode::OK, Typed::default()).await
}

/// The page, with what was typed. An address that is no one's is said beside the field that it was typed into.
pub async fn page(viewer: &TeamViewer, view: &View, status: StatusCode, typed: Typed) -> Reply {
    let (team, links) = (viewer.team(), viewer.links());
    let sentence =
        |field: &str| typed.errors.get(field).map(|sentences| sentences.join(" ")).unwrap_or_default();
    let is_about_manager = typed.manager.is_some();
    let address_error = sentence("email");
    let manager = match &team.manager_id {
        Some(id) => people::person(viewer, id).await?,
        None => None,
    };
    let all = projects::list::list(viewer).await?;
    let of_team = all.into_iter().filter(|it| it.team.id == team.id);
    let project = |it: projects::list::Listed| ProjectRow {
        href: links.project(&it.project.slug).page(),
        is_archived: it.project.archived_at.is_some(),
        name: it.project.name,
    };
    let people = people::list(viewer, &team.id).await?;
    let person = |it: Person| PersonRow {
        manages: team.manager_id.as_deref() == Some(&it.id),
        can_remove: viewer.manages() && !team.is_default,
        id: it.id,
        name: it.name,
        email: it.email,
    };
    let page = TeamPage {
        at: links.team(&team.slug),
        name: team.name.clone(),
        is_default: team.is_default,
        is_admin: viewer.is_admin() && viewer.entered().is_none(),
        can_edit: viewer.manages(),
        can_add: viewer.manages() && !team.is_default,
        can_delete: viewer.is_admin() && !team.is_default,
        manager: manager.as_ref().map(|manager| manager.name.clone()).unwrap_or_default(),
        manager_email: typed.manager.unwrap_or_else(|| manager.map(|it| it.email).unwrap_or_default()),
        manager_error: if is_about_manager { address_error.clone() } else { String::new() },
        projects: of_team.map(project).collect(),
        more_people: people::count(viewer, &team.id).await?.saturating_sub(people.len()),
        people: people.into_iter().map(person).collect(),
        email: typed.email,
        email_error: if is_about_manager { String::new() } else { address_error },
        new_name: typed.name.unwrap_or_else(|| team.name.clone()),
        name_error: sentence("name"),
        links,
    };
    view.page(&**viewer, status, &page)
}
