//! The page of a project.

use actix_web::http::StatusCode;
use askama::Template;

use super::chart::{Bar, bars, summary};
use crate::authority::ProjectViewer;
use crate::error::{FieldErrors, Result};
use crate::links::{Link, Links, ProjectLinks};
use crate::llm_keys::resolution::Source;
use crate::llm_keys::uses;
use crate::project_role::ProjectRole;
use crate::projects::list::teams_seen;
use crate::projects::members::{self, Person};
use crate::role::Role;
use crate::tokens::web::row::{TokenRow, row};
use crate::web::{Moment, Page, Reply, View};
use crate::{llm_keys, tokens};

#[expect(clippy::struct_excessive_bools, reason = "what a page shows and lets one do")]
#[derive(Template)]
#[template(path = "projects/show.html")]
struct ProjectPage {
    links: Links,
    at: ProjectLinks,
    name: String,
    slug: String,
    /// Empty where there is one team.
    team: String,
    team_link: Option<Link>,
    is_default: bool,
    is_archived: bool,
    can_edit: bool,
    /// Whether the viewer may make tokens, of which an operator who has entered creates none.
    can_make: bool,
    can_archive: bool,
    /// Whether the viewer may say who is what in the project.
    can_choose: bool,
    tokens: Vec<TokenRow>,
    keys: Vec<UsedKey>,
    use_summary: String,
    is_used: bool,
    bars: Vec<Bar>,
    people: Vec<PersonRow>,
    more_people: usize,
    roles: [ProjectRole; 2],
    email: String,
    email_error: String,
    role: String,
    new_name: String,
    name_error: String,
}

struct UsedKey {
    label: String,
    source: &'static str,
    /// The name of a token; empty where this project has not used it.
    used_by: String,
    used_at: Moment,
}

struct PersonRow {
    id: String,
    name: String,
    email: String,
    role: &'static str,
}

impl ProjectPage {
    /// The role that is chosen in the form: what was chosen before, or the first.
    fn chosen_role(&self) -> &str {
        if self.role.is_empty() { self.roles[0].name() } else { &self.role }
    }
}

impl Page for ProjectPage {
    fn title(&self) -> &str {
        &self.name
    }

    fn has_errors(&self) -> bool {
        !(self.email_error.is_empty() && self.name_error.is_empty())
    }
}

/// What was typed, in whichever form of the page.
#[derive(Default)]
pub struct Typed {
    pub email: String,
    pub role: String,
    pub name: Option<String>,
    pub errors: FieldErrors,
}

/// `GET /settings/admin/projects/{project}`.
pub async fn show(viewer: ProjectViewer, view: View) -> Reply {
    page(&viewer, &view, StatusCode::OK, Typed::default()).await
}

/// The page, with what was typed.
pub async fn page(viewer: &ProjectViewer, view: &View, status: StatusCode, typed: Typed) -> Reply {
    let (project, links) = (viewer.project(), viewer.links());
    let now = viewer.services().clock.now();
    let sentence =
        |field: &str| typed.errors.get(field).map(|sentences| sentences.join(" ")).unwrap_or_default();
    let (can_edit, at) = (viewer.is_project_admin(), links.project(&project.slug));
    let can_make = can_edit && viewer.entered().is_none() && project.archived_at.is_none();
    let token_links = |id: &str| (can_edit && viewer.entered().is_none()).then(|| at.token(id));
    let mut all = tokens::list(viewer, Some(&project.id)).await?;
    if !can_edit {
        all.iter_mut().for_each(tokens::without_details);
    }
    let tokens = all.into_iter().map(|token| {
        let links = token_links(&token.id);
        let row = row(token, links, now);
        TokenRow { can_roll: row.can_roll && project.archived_at.is_none(), ..row }
    });
    let days = uses::by_day(viewer, &project.id).await?;
    let people = members::list(viewer, &project.id).await?;
    let teams = teams_seen(viewer).await?;
    let its_team = teams.iter().find(|team| team.id == project.team_id);
    let manager = its_team.and_then(|team| team.manager_id.clone());
    let team = its_team.filter(|_| teams.len() > 1);
    let person = |(it, role): (Person, ProjectRole)| PersonRow {
        // Anyone who has every right in any case is no viewer, whatever the row says.
        role: match it.role {
            Role::Owner | Role::Admin => "Organization admin",
            Role::Member if manager.as_ref() == Some(&it.id) => "Manager",
            Role::Member => role.label(),
        },
        id: it.id,
        name: it.name,
        email: it.email,
    };
    let page = ProjectPage {
        name: project.name.clone(),
        slug: project.slug.clone(),
        team: team.map(|team| team.name.clone()).unwrap_or_default(),
        team_link: team.map(|team| links.team(&team.slug).page()),
        is_default: project.is_default,
        is_archived: project.archived_at.is_some(),
        can_archive: can_edit && !project.is_default && project.archived_at.is_none(),
        tokens: tokens.collect(),
        keys: keys(viewer).await?,
        use_summary: summary(&days, now),
        is_used: days.iter().any(|times| *times > 0),
        bars: bars(&days, now),
        more_people: members::count(viewer, &project.id).await?.saturating_sub(people.len()),
        people: people.into_iter().map(person).collect(),
        roles: ProjectRole::ALL,
        email_error: sentence("email") + &sentence("role"),
        name_error: sentence("name"),
        new_name: typed.name.unwrap_or_else(|| project.name.clone()),
        email: typed.email,
        role: typed.role,
        can_choose: can_edit && viewer.entered().is_none(),
        can_edit,
        can_make,
        links,
        at,
    };
    view.page(&**viewer, status, &page)
}

/// The keys that the project uses.
async fn keys(viewer: &ProjectViewer) -> Result<Vec<UsedKey>> {
    let project = &viewer.project().id;
    let now = viewer.services().clock.now();
    let last = uses::last(viewer, Some(project)).await?;
    let entries = llm_keys::list(viewer, Some(project)).await?;
    let used = entries.into_iter().filter_map(|entry| {
        let source = match entry.resolution.source() {
            Source::Project => "This project",
            Source::Organization => "Organization",
            Source::Environment => "Environment",
            Source::Unreadable => "Can’t be decrypted",
            Source::None => return None,
        };
        let used = (entry.provider.id().to_owned(), entry.resolution.source().name().to_owned());
        let last = last.get(&used);
        Some(UsedKey {
            source,
            used_by: last.map(|last| last.token.clone()).unwrap_or_default(),
            used_at: Moment::new(last.map_or(now, |last| last.at), now),
            label: entry.label,
        })
    });
    Ok(used.collect())
}
