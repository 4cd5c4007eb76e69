//! `/settings/admin/users/{user}`: one person, what another role would mean, and what stops when they go.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::acts::Back;
use super::changes::ELSEWHERE;
use super::rights::{self, Rights};
use super::web::PATH;
use super::{Listed, Status};
use crate::access::session::IDLE;
use crate::access::{Admin, Role};
use crate::account::web::Session;
use crate::address::EmailAddress;
use crate::audit;
use crate::entity::{Timestamp, identity, invite, llm_key, org_settings, session};
use crate::error::{Error, Result};
use crate::gate::{self, Rules};
use crate::invites;
use crate::web::view::initials;
use crate::web::{Moment, Page, Reply, View};

/// Where the audit log is.
const LOG: &str = "/settings/admin/audit";
/// As many events as the page lists.
const MOST_EVENTS: u64 = 10;
/// As many invites as the page lists.
const MOST_INVITES: u64 = 5;
/// As many sessions as the page lists.
const MOST_SESSIONS: u64 = 100;

#[derive(Template)]
#[template(path = "users/person.html", blocks = ["sessions"])]
struct PersonPage {
    id: String,
    name: String,
    email: String,
    initials: String,
    role: &'static str,
    role_label: &'static str,
    status: &'static str,
    status_text: &'static str,
    is_you: bool,
    joined: Moment,
    seen: Moment,
    /// The list that one comes from.
    back: String,
    carried: String,
    rights: Rights,
    ways: Vec<Way>,
    sessions: Vec<Session>,
    invites: Vec<SentInvite>,
    invites_more: bool,
    events: Vec<Line>,
    events_href: String,
}

struct Way {
    label: String,
    kind: &'static str,
    email: String,
    first_used: Moment,
    last_used: Moment,
}

struct SentInvite {
    address: String,
    role_label: &'static str,
    state_text: &'static str,
    created: Moment,
}

struct Line {
    at: Moment,
    sentence: String,
    refused: bool,
    href: String,
}

impl Page for PersonPage {
    fn title(&self) -> &str {
        &self.name
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "sessions").then(|| self.as_sessions().render())
    }
}

/// `GET /settings/admin/users/{user}`.
pub async fn show(admin: Admin, view: View, id: web::Path<String>, back: web::Query<Back>) -> Reply {
    let person = super::one(&admin, &id).await?;
    let rights = Rights::of(&admin, &person, &rights::owners(admin.person()).await?);
    let now = admin.services().clock.now();
    let mut invites = sent_invites(&admin, &id, MOST_INVITES + 1).await?;
    let invites_more = invites.len() as u64 > MOST_INVITES;
    invites.truncate(usize::try_from(MOST_INVITES).unwrap_or(usize::MAX));
    let page = PersonPage {
        initials: initials(&person.name),
        role: person.role.name(),
        role_label: person.role.label(),
        status: person.status.name(),
        status_text: person.status.label(),
        is_you: person.id == admin.visitor().id,
        joined: Moment::new(person.joined_at, now),
        seen: Moment::new(person.last_seen_at, now),
        carried: back.carried(),
        back: back.path().to_owned(),
        rights,
        ways: ways(&admin, &id, now).await?,
        sessions: sessions(&admin, &id, now).await?,
        invites: invites.into_iter().map(|row| sent_invite(row, now)).collect(),
        invites_more,
        events: timeline(&admin, &person.email, now).await?,
        events_href: timeline_href(&person.email),
        id: person.id,
        name: person.name,
        email: person.email,
    };
    view.page(&*admin, StatusCode::OK, &page)
}

/// What happened by and about them lately.
async fn timeline(admin: &Admin, email: &str, now: DateTime<Utc>) -> Result<Vec<Line>> {
    let line = |event: audit::Listed| Line {
        at: Moment::new(event.at, now),
        sentence: audit::in_words(&event),
        refused: event.outcome == audit::Outcome::Refused,
        href: format!("{LOG}/{}", event.id),
    };
    Ok(audit::about(admin, email, MOST_EVENTS).await?.into_iter().map(line).collect())
}

fn timeline_href(email: &str) -> String {
    let who = Serializer::new(String::new()).append_pair("who", email).finish();
    format!("{LOG}?{who}")
}

async fn ways(admin: &Admin, id: &str, now: DateTime<Utc>) -> Result<Vec<Way>> {
    let own = admin.scope().of_member::<identity::Entity>(id).await?;
    let rows = own.narrow(|own| own.order_by_asc(identity::Column::CreatedAt)).all().await?;
    let way = |row: identity::Model| {
        let provider = admin.services().providers.get(&row.provider);
        Way {
            label: provider.map_or_else(|| row.provider.clone(), |known| known.label.clone()),
            kind: provider.map_or("", |known| known.kind.name()),
            email: row.email,
            first_used: Moment::new(*row.created_at, now),
            last_used: Moment::new(*row.last_sign_in_at, now),
        }
    };
    Ok(rows.into_iter().map(way).collect())
}

async fn sessions(admin: &Admin, id: &str, now: DateTime<Utc>) -> Result<Vec<Session>> {
    let current = admin.visitor().session.as_str();
    Ok(open_sessions(admin, id).await?.into_iter().map(|row| Session::new(row, current, now)).collect())
}

async fn open_sessions(admin: &Admin, id: &str) -> Result<Vec<session::Model>> {
    let oldest = Timestamp::from(admin.services().clock.now() - IDLE);
    let own = admin.scope().of_member::<session::Entity>(id).await?;
    let open = own.narrow(|own| {
        own.filter(session::Column::LastSeenAt.gt(oldest))
            .order_by_desc(session::Column::LastSeenAt)
            .limit(MOST_SESSIONS)
    });
    open.all().await
}

async fn sent_invites(admin: &Admin, id: &str, most: u64) -> Result<Vec<invite::Model>> {
    let sent = admin.scope().find::<invite::Entity>().narrow(|ours| {
        ours.filter(invite::Column::InvitedBy.eq(id)).order_by_desc(invite::Column::CreatedAt).limit(most)
    });
    sent.all().await
}

fn sent_invite(row: invite::Model, now: DateTime<Utc>) -> SentInvite {
    SentInvite {
        state_text: match invites::Status::of(&row, now) {
            invites::Status::Pending => "Pending",
            invites::Status::Accepted => "Accepted",
            invites::Status::Expired => "Expired",
            invites::Status::Revoked => "Revoked",
        },
        role_label: row.role.label(),
        created: Moment::new(*row.created_at, now),
        address: row.email,
    }
}

#[derive(Template)]
#[template(path = "users/role.html")]
struct RolePage {
    id: String,
    name: String,
    email: String,
    role: &'static str,
    role_label: &'static str,
    present_label: &'static str,
    question: String,
    meaning: &'static str,
    can: &'static [&'static str],
    button: String,
    back: String,
}

impl Page for RolePage {
    fn title(&self) -> &str {
        &self.question
    }
}

/// The role that is thought of.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    role: String,
}

/// `GET /settings/admin/users/{user}/role`: what the role would let them do.
pub async fn ask_role(admin: Admin, view: View, id: web::Path<String>, wanted: web::Query<Wanted>) -> Reply {
    let role = Role::parse(&wanted.role).filter(|role| *role <= admin.role()).ok_or(Error::NotFound)?;
    let person = super::one(&admin, &id).await?;
    let article = if role == Role::Member { "a" } else { "an" };
    let label = role.label().to_lowercase();
    let page = RolePage {
        question: format!("Make {} {article} {label}?", person.name),
        button: format!("Make {} {article} {label}", person.name),
        role: role.name(),
        role_label: role.label(),
        present_label: person.role.label(),
        meaning: role.meaning(),
        can: what_it_means(role),
        back: format!("{PATH}/{}", person.id),
        id: person.id,
        name: person.name,
        email: person.email,
    };
    view.page(&*admin, StatusCode::OK, &page)
}

fn what_it_means(role: Role) -> &'static [&'static str] {
    match role {
        Role::Member => {
            &["Uses what the team has.", "Looks at settings, people and which keys are configured."]
        }
        Role::Admin => &[
            "Decides who may join: domains, addresses, sign-in methods.",
            "Invites people, changes their roles up to admin, and lets them go.",
            "Sets, replaces and removes keys. Nobody can read one back.",
            "Reads the audit log.",
        ],
        Role::Owner => &[
            "Everything that an admin does.",
            "Makes others owners, and takes that away.",
            "Transfers or deletes the organization.",
        ],
    }
}

#[derive(Template)]
#[template(path = "users/offboarding.html")]
struct OffboardingPage {
    id: String,
    name: String,
    email: String,
    back: String,
    /// Where a removal leads: the person has no page any more.
    list: String,
    title: String,
    stops: Vec<String>,
    stays: Vec<String>,
    returns: &'static str,
    why_not: String,
    why_not_deactivate: &'static str,
    deactivated: bool,
}

impl Page for OffboardingPage {
    fn title(&self) -> &str {
        &self.title
    }
}

/// `GET /settings/admin/users/{user}/offboarding`: what stops when they go, computed.
pub async fn offboarding(admin: Admin, view: View, id: web::Path<String>, back: web::Query<Back>) -> Reply {
    let person = super::one(&admin, &id).await?;
    let account = admin.scope().members(&[id.as_str()]).await?.pop().ok_or(Error::NoMember)?;
    let rights = Rights::of(&admin, &person, &rights::owners(admin.person()).await?);
    let above = "Only an owner can let an owner go.".to_owned();
    let page = OffboardingPage {
        title: format!("What stops when {} goes", person.name),
        stops: stops(&admin, &person).await?,
        stays: stays(&admin, &person).await?,
        returns: if could_return(&admin, &person).await? {
            "The access rules let this address in: after a removal they could join again by signing in."
        } else {
            ""
        },
        why_not: if rights.menu { rights.why_not } else { above },
        why_not_deactivate: if account.is_elsewhere { ELSEWHERE } else { "" },
        deactivated: person.status == Status::Deactivated,
        back: format!("{PATH}/{}{}", person.id, back.carried()),
        list: back.path().to_owned(),
        id: person.id,
        name: person.name,
        email: person.email,
    };
    view.page(&*admin, StatusCode::OK, &page)
}

async fn stops(admin: &Admin, person: &Listed) -> Result<Vec<String>> {
    let sessions = open_sessions(admin, &person.id).await?.len();
    let now = admin.services().clock.now();
    let invites = sent_invites(admin, &person.id, 500).await?;
    let open = invites.iter().filter(|row| invites::Status::of(row, now) == invites::Status::Pending).count();
    let mut stops = vec![match sessions {
        0 => "They are signed in nowhere.".to_owned(),
        1 => "1 session ends now.".to_owned(),
        count => format!("{count} sessions end now."),
    }];
    let again = match open {
        0 => return Ok(stops),
        1 => "1 open invite of theirs has to be sent again by somebody else.".to_owned(),
        count => format!("{count} open invites of theirs have to be sent again by somebody else."),
    };
    stops.push(again);
    Ok(stops)
}

async fn stays(admin: &Admin, person: &Listed) -> Result<Vec<String>> {
    let set = admin.scope().find::<llm_key::Entity>().narrow(|ours| {
        ours.filter(llm_key::Column::SetBy.eq(person.id.as_str()))
            .filter(llm_key::Column::RemovedAt.is_null())
    });
    let mut stays = vec!["Their name stays on what they did.".to_owned()];
    match set.all().await?.len() {
        0 => {}
        1 => stays.push("1 LLM key that they set goes on working.".to_owned()),
        count => stays.push(format!("{count} LLM keys that they set go on working.")),
    }
    Ok(stays)
}

/// Whether the rules would let the address in again, came it new.
async fn could_return(admin: &Admin, person: &Listed) -> Result<bool> {
    let rules = Rules::from(&admin.scope().find::<org_settings::Entity>().one().await?);
    let email = EmailAddress::stored(&person.email)?;
    Ok(gate::would_be_let_in(&admin.services().config.instance, &rules, &email).admitted.is_some())
}
