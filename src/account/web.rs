//! `/settings`: the page of one's own account.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::access::{Anyone, SignedIn};
use crate::entity::session;
use crate::error::{Error, Result};
use crate::web::theme::Theme;
use crate::web::{Moment, Notice, Page, Reply, View, see_other};

const PATH: &str = "/settings";

#[derive(Template)]
#[template(path = "account/index.html", blocks = ["sessions"])]
struct AccountPage<'a> {
    name: &'a str,
    email: &'a str,
    role: &'static str,
    organization: &'a str,
    identities: Vec<Identity>,
    sessions: Vec<Session>,
    others: bool,
    theme: &'static str,
}

struct Identity {
    label: String,
    email: String,
    last_used: Moment,
}

struct Session {
    id: String,
    device: String,
    address: String,
    created: Moment,
    last_seen: Moment,
    current: bool,
}

impl Page for AccountPage<'_> {
    fn title(&self) -> &'static str {
        "Your account"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "sessions").then(|| self.as_sessions().render())
    }
}

/// `GET /settings`.
pub async fn index(person: SignedIn, view: View) -> Reply {
    let now = person.services.clock.now();
    let sessions = sessions(&person, now).await?;
    let membership = person.membership();
    let page = AccountPage {
        name: &person.visitor.name,
        email: &person.visitor.email,
        role: membership.map_or("", |m| m.role.label()),
        organization: membership.map_or("", |m| m.organization_name.as_str()),
        identities: identities(&person, now).await?,
        others: sessions.iter().any(|session| !session.current),
        sessions,
        theme: view.theme().name(),
    };
    view.page(&person, StatusCode::OK, &page)
}

async fn identities(person: &SignedIn, now: DateTime<Utc>) -> Result<Vec<Identity>> {
    let rows = super::identities(person).await?;
    let label = |name: &str| person.services.providers.get(name).map_or(name.to_owned(), |p| p.label.clone());
    let identity = |row: crate::entity::identity::Model| Identity {
        label: label(&row.provider),
        email: row.email,
        last_used: Moment::new(*row.last_sign_in_at, now),
    };
    Ok(rows.into_iter().map(identity).collect())
}

async fn sessions(person: &SignedIn, now: DateTime<Utc>) -> Result<Vec<Session>> {
    let rows = super::sessions(person).await?;
    let session = |row: session::Model| Session {
        current: row.id == person.visitor.session,
        id: row.id,
        device: device(&row.user_agent),
        address: row.address,
        created: Moment::new(*row.created_at, now),
        last_seen: Moment::new(*row.last_seen_at, now),
    };
    Ok(rows.into_iter().map(session).collect())
}

/// "Firefox on Linux", as far as the user agent tells; a program's own name otherwise.
fn device(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(token, _)| user_agent.contains(token)).map(|(_, name)| *name)
    };
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ if user_agent.is_empty() => "Unknown device".to_owned(),
        _ => user_agent.chars().take(40).collect(),
    }
}

/// `POST /settings/sessions/{session}/end`.
pub async fn end_session(person: SignedIn, id: web::Path<String>) -> Reply {
    super::end_session(&person, &id).await?;
    Ok(see_other(PATH, Notice::SessionEnded))
}

/// `POST /settings/sessions/end-others`.
pub async fn end_other_sessions(person: SignedIn) -> Reply {
    super::end_other_sessions(&person).await?;
    Ok(see_other(PATH, Notice::OtherSessionsEnded))
}

#[derive(Deserialize)]
/// The theme as it was chosen.
pub struct ThemeForm {
    #[serde(default)]
    theme: String,
}

/// Changes nothing but this browser's cookie.
pub async fn set_theme(_: Anyone, form: web::Form<ThemeForm>) -> Reply {
    let theme = Theme::parse(&form.theme);
    let theme = theme.ok_or_else(|| Error::invalid("theme", "Choose auto, light or dark."))?;
    let mut response: HttpResponse = see_other(PATH, Notice::ThemeSaved);
    response.add_cookie(&theme.cookie()).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(response)
}
