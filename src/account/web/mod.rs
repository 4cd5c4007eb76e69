//! `/settings`: the page of one's own account.

pub mod leaving;
pub mod start;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::authority::session::Membership;
use crate::authority::{Anyone, SignedIn};
use crate::entity::identity;
use crate::error::{Error, Forbidden, Result};
use crate::id::Id;
use crate::identity_providers::IdentityProvider;
use crate::links::{Link, Site};
use crate::membership::methods::methods_on;
use crate::sign_in::web::sign_in_again;
use crate::user_agent::device;
use crate::web::session::Session;
use crate::web::theme::Theme;
use crate::web::{Moment, Notice, Page, Reply, View, see_other};

/// Why the page comes back after an account was not disconnected.
const IT_STAYS: &str = "Nothing changed: that account must stay connected, for the reason shown.";

#[derive(Template)]
#[template(path = "account/index.html", blocks = ["sessions"])]
struct AccountPage<'a> {
    site: Site,
    /// The organizations that the person belongs to, where there are many.
    organizations: Vec<Mine>,
    name: &'a str,
    email: &'a str,
    role: &'static str,
    organization: &'a str,
    problem: &'static str,
    identities: Vec<Identity>,
    connectable: Vec<Connectable>,
    sessions: Vec<Session>,
    others: bool,
    theme: &'static str,
    leave_why_not: String,
}

struct Mine {
    name: String,
    role: &'static str,
    email: String,
    departure: Link,
}

struct Identity {
    id: String,
    label: String,
    kind: &'static str,
    email: String,
    last_used: Moment,
    can_disconnect: bool,
    why_not: &'static str,
}

struct Connectable {
    name: String,
    label: String,
    kind: &'static str,
    suggested: bool,
}

impl Page for AccountPage<'_> {
    fn title(&self) -> &'static str {
        "Your account"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "sessions").then(|| self.as_sessions().render())
    }

    fn has_errors(&self) -> bool {
        !self.problem.is_empty()
    }
}

/// What the address of the page may carry.
#[derive(Default, Deserialize)]
pub struct Query {
    /// The provider that someone came by who had to come another way first.
    #[serde(default)]
    connect: String,
    #[serde(skip)]
    problem: &'static str,
}

/// `GET /settings`.
pub async fn index(person: SignedIn, view: View, query: web::Query<Query>) -> Reply {
    show(&person, &view, StatusCode::OK, &query).await
}

async fn show(person: &SignedIn, view: &View, status: StatusCode, query: &Query) -> Reply {
    let now = person.services.clock.now();
    let sessions = sessions(person, now).await?;
    let membership = person.membership();
    let accounts = crate::membership::identities::identities(person).await?;
    let on = methods_on(&person.services, person.home.as_ref()).await?;
    let page = AccountPage {
        site: Site,
        organizations: organizations(person),
        name: &person.visitor.name,
        email: &person.visitor.email,
        role: membership.map_or("", |m| m.role.label()),
        organization: membership.map_or("", |m| m.organization.name.as_str()),
        problem: query.problem,
        connectable: connectable(&on, &accounts, &query.connect),
        identities: identities(person, &on, &accounts, now),
        others: sessions.iter().any(|session| !session.current),
        sessions,
        theme: view.theme().name(),
        leave_why_not: super::why_not_go(person).await?,
    };
    Ok(view.leading_out(view.page(person, status, &page)?))
}

fn organizations(person: &SignedIn) -> Vec<Mine> {
    if !person.services.config.tenancy.is_multi() {
        return Vec::new();
    }
    let mine = |membership: &Membership| Mine {
        name: membership.organization.name.clone(),
        role: membership.role.label(),
        email: membership.email.clone(),
        departure: Site.door(&membership.organization.slug).departure(),
    };
    person.visitor.memberships().into_iter().map(mine).collect()
}

fn identities(
    person: &SignedIn,
    on: &[&IdentityProvider],
    accounts: &[identity::Model],
    now: DateTime<Utc>,
) -> Vec<Identity> {
    let on: Vec<&str> = on.iter().map(|provider| provider.name.as_str()).collect();
    let identity = |account: &identity::Model| {
        let provider = person.services.providers.get(&account.provider);
        let why_not = super::why_not_disconnect(accounts, account, &person.visitor.email, &on);
        Identity {
            id: account.id.clone(),
            label: provider.map_or_else(|| account.provider.clone(), |p| p.label.clone()),
            kind: provider.map_or("", |p| p.kind.name()),
            email: account.email.clone(),
            last_used: Moment::new(*account.last_sign_in_at, now),
            can_disconnect: why_not.is_none(),
            why_not: why_not.unwrap_or_default(),
        }
    };
    accounts.iter().map(identity).collect()
}

fn connectable(on: &[&IdentityProvider], accounts: &[identity::Model], suggested: &str) -> Vec<Connectable> {
    let is_new =
        |provider: &&&IdentityProvider| accounts.iter().all(|account| account.provider != provider.name);
    let offer = |provider: &&IdentityProvider| Connectable {
        name: provider.name.clone(),
        label: provider.label.clone(),
        kind: provider.kind.name(),
        suggested: provider.name == suggested,
    };
    on.iter().filter(is_new).map(offer).collect()
}

/// `{identity}`.
#[derive(Deserialize)]
pub struct IdentityPath {
    pub identity: Id,
}

/// `POST /settings/identities/{identity}/disconnect`. Takes a fresh sign-in.
pub async fn disconnect(person: SignedIn, view: View, path: web::Path<IdentityPath>) -> Reply {
    match super::disconnect(&person, &path.identity).await {
        Ok(provider) => Ok(see_other(&Site.settings(), Notice::Disconnected.about(&provider))),
        Err(Error::LastMethod) => {
            show(&person, &view, StatusCode::CONFLICT, &Query { problem: IT_STAYS, ..Query::default() }).await
        }
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            sign_in_again(&person, &view, &Site.settings()).await
        }
        Err(other) => Err(other),
    }
}

async fn sessions(person: &SignedIn, now: DateTime<Utc>) -> Result<Vec<Session>> {
    let rows = super::sessions(person).await?;
    Ok(rows.into_iter().map(|row| Session::new(row, &person.visitor.session, now)).collect())
}

/// `{session}`.
#[derive(Deserialize)]
pub struct SessionPath {
    pub session: Id,
}

/// `POST /settings/sessions/{session}/end`.
pub async fn end_session(person: SignedIn, path: web::Path<SessionPath>) -> Reply {
    let user_agent = super::end_session(&person, &path.session).await?;
    Ok(see_other(&Site.settings(), Notice::SessionEnded.about(&device(&user_agent))))
}

/// `POST /settings/sessions/end-others`.
pub async fn end_other_sessions(person: SignedIn) -> Reply {
    super::end_other_sessions(&person).await?;
    Ok(see_other(&Site.settings(), Notice::OtherSessionsEnded))
}

#[derive(Deserialize)]
/// The theme as it was chosen.
pub struct ThemeForm {
    #[serde(default)]
    theme: String,
}

/// Changes nothing but this browser's cookie.
pub async fn set_theme(_: Anyone, view: View, form: web::Form<ThemeForm>) -> Reply {
    let theme = Theme::parse(&form.theme);
    let theme = theme.ok_or_else(|| Error::invalid("theme", "Choose auto, light or dark."))?;
    let mut response: HttpResponse = see_other(&Site.settings(), Notice::ThemeSaved);
    response.add_cookie(&theme.cookie(view.cookies())).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(response)
}
