//! The projects that someone sees, and what makes new ones.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::authority::{Admin, Member};
use crate::entity::team;
use crate::error::{Error, FieldErrors, Result};
use crate::id::{self, Id};
use crate::links::{Link, Links, ProjectLinks};
use crate::project_role::ProjectRole;
use crate::projects;
use crate::projects::list::{Listed, list, teams_seen, teams_to_make_in};
use crate::tokens::form::most_days;
use crate::tokens::{set_token_life as set_life, token_life};
use crate::web::{Moment, Notice, Page, Reply, View, see_other};

#[derive(Template)]
#[template(path = "projects/index.html")]
struct ProjectsPage {
    links: Links,
    groups: Vec<Group>,
    /// Those in which the viewer may make projects.
    teams: Vec<team::Model>,
    /// Whether there are others than the one that everyone is in.
    has_teams: bool,
    is_admin: bool,
    name: String,
    name_error: String,
    team: String,
    team_name: String,
    team_error: String,
    life: String,
    life_error: String,
}

/// The projects of a team.
struct Group {
    /// Empty where there is one team.
    name: String,
    link: Option<Link>,
    rows: Vec<ProjectRow>,
}

struct ProjectRow {
    name: String,
    slug: String,
    links: ProjectLinks,
    role: &'static str,
    is_archived: bool,
    can_restore: bool,
    tokens: i64,
    is_used: bool,
    last_used: Moment,
}

impl Page for ProjectsPage {
    fn title(&self) -> &'static str {
        "Projects"
    }

    fn has_errors(&self) -> bool {
        [&self.name_error, &self.team_error, &self.life_error].iter().any(|error| !error.is_empty())
    }
}

/// What was typed, in whichever form of the page.
#[derive(Default)]
struct Typed {
    name: String,
    team: String,
    team_name: String,
    life: Option<String>,
    errors: FieldErrors,
}

/// `GET /settings/admin/projects`.
pub async fn index(member: Member, view: View) -> Reply {
    show(&member, &view, StatusCode::OK, Typed::default()).await
}

async fn show(member: &Member, view: &View, status: StatusCode, typed: Typed) -> Reply {
    let (links, now) = (member.links(), member.services().clock.now());
    let sentence =
        |field: &str| typed.errors.get(field).map(|sentences| sentences.join(" ")).unwrap_or_default();
    let row = |it: Listed| ProjectRow {
        links: links.project(&it.project.slug),
        is_archived: it.project.archived_at.is_some(),
        can_restore: it.project.archived_at.is_some() && it.role == ProjectRole::Admin,
        role: it.role.label(),
        tokens: it.tokens,
        is_used: it.last_used.is_some(),
        last_used: Moment::new(it.last_used.map_or(now, |at| *at), now),
        name: it.project.name,
        slug: it.project.slug,
    };
    let seen = teams_seen(member).await?;
    let has_teams = seen.len() > 1;
    let mut groups: Vec<(String, Group)> = Vec::new();
    let group = |team: &team::Model, is_seen: bool| Group {
        name: if has_teams { team.name.clone() } else { String::new() },
        link: (has_teams && is_seen).then(|| links.team(&team.slug).page()),
        rows: Vec::new(),
    };
    groups.extend(seen.iter().map(|team| (team.id.clone(), group(team, true))));
    for it in list(member).await? {
        let team = it.team.clone();
        if !groups.iter().any(|(id, _)| *id == team.id) {
            groups.push((team.id.clone(), group(&team, false)));
        }
        if let Some((_, group)) = groups.iter_mut().find(|(id, _)| *id == team.id) {
            group.rows.push(row(it));
        }
    }
    let page = ProjectsPage {
        name_error: sentence("name"),
        team_error: sentence("team"),
        life_error: sentence("days"),
        life: match &typed.life {
            Some(life) => life.clone(),
            None => token_life(member).await?.to_string(),
        },
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        teams: teams_to_make_in(member).await?,
        has_teams,
        is_admin: member.is_admin(),
        name: typed.name,
        team: typed.team,
        team_name: typed.team_name,
        links: member.links(),
    };
    view.page(member, status, &page)
}

/// The same page with what was typed, where it can't be taken.
async fn returned(member: &Member, view: &View, error: Error, typed: Typed) -> Reply {
    match error {
        Error::Invalid(errors) => {
            let typed = Typed { errors, ..typed };
            show(member, view, StatusCode::UNPROCESSABLE_ENTITY, typed).await
        }
        other => Err(other),
    }
}

/// A new project.
#[derive(Deserialize)]
pub struct ProjectForm {
    #[serde(default)]
    name: String,
    /// The team's id.
    #[serde(default, deserialize_with = "id::if_any")]
    team: Option<Id>,
}

/// `POST /settings/admin/projects`.
pub async fn create(member: Member, view: View, form: web::Form<ProjectForm>) -> Reply {
    let ProjectForm { name, team } = form.into_inner();
    match projects::create(&member, &name, team.as_ref()).await {
        Ok(project) => {
            let page = member.links().project(&project.slug).page();
            Ok(see_other(&page, Notice::ProjectCreated.about(&project.name)))
        }
        Err(error) => {
            let team = team.map(|id| id.to_string()).unwrap_or_default();
            returned(&member, &view, error, Typed { name, team, ..Typed::default() }).await
        }
    }
}

/// The same page with the name of a team, which can't be taken.
///
/// # Errors
/// The error, where it is not about what was typed.
pub async fn returned_with_team(member: &Member, view: &View, error: Error, name: String) -> Reply {
    returned(member, view, error, Typed { team_name: name, ..Typed::default() }).await
}

/// How long tokens live at most.
#[derive(Deserialize)]
pub struct LifeForm {
    #[serde(default)]
    days: String,
}

/// `POST /settings/admin/token-life`.
pub async fn set_token_life(admin: Admin, view: View, form: web::Form<LifeForm>) -> Reply {
    match set(&admin, &form.days).await {
        Ok(()) => Ok(see_other(&admin.links().projects(), Notice::TokenLifeSaved)),
        Err(error) => {
            let typed = Typed { life: Some(form.into_inner().days), ..Typed::default() };
            returned(&admin, &view, error, typed).await
        }
    }
}

async fn set(admin: &Admin, days: &str) -> Result<()> {
    let days = most_days(days).map_err(|sentence| Error::invalid("days", sentence))?;
    set_life(admin, days).await
}
