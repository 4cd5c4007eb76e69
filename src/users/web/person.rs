//! `/settings/admin/users/{user}`: one person.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use super::back::Back;
use super::menu::Menu;
use crate::audit;
use crate::authority::Admin;
use crate::entity::membership::{SecondFactor, Status};
use crate::entity::{identity, invite};
use crate::error::Result;
use crate::links::{Link, Links};
use crate::listing::address;
use crate::membership::invited;
use crate::shown_name::initials;
use crate::users::listed::ListedUser;
use crate::users::rights::{self, Rights};
use crate::users::web::path::UserPath;
use crate::users::{list, person};
use crate::web::session::Session;
use crate::web::{Moment, Page, Reply, View, menu_of};

/// As many events as the page lists.
const MOST_EVENTS: u64 = 10;
/// As many invites as the page lists.
const MOST_INVITES: u64 = 5;

#[derive(Template)]
#[template(path = "users/person.html", blocks = ["sessions"])]
struct PersonPage {
    links: Links,
    id: String,
    name: String,
    email: String,
    initials: String,
    role: &'static str,
    role_label: &'static str,
    status: Status,
    is_you: bool,
    joined: Moment,
    seen: Moment,
    /// The list that one comes from.
    back: String,
    /// This page, which leads back there.
    here: Link,
    offboarding: Link,
    rights: Rights,
    ways: Vec<Way>,
    /// Of whom this organization knows what they are here, and nothing of their account.
    is_multi: bool,
    second_factor: SecondFactor,
    sessions: Vec<Session>,
    invites: Vec<SentInvite>,
    invites_more: bool,
    events: Vec<HistoryLine>,
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

struct HistoryLine {
    at: Moment,
    sentence: String,
    refused: bool,
    href: Link,
}

impl PersonPage {
    fn is_off(&self) -> bool {
        self.status != Status::Active
    }

    fn can_reset_second_factor(&self) -> bool {
        self.rights.menu && self.second_factor == SecondFactor::Own && !self.is_you && !self.is_multi
    }

    fn second_factor(&self) -> &'static str {
        match self.second_factor {
            SecondFactor::Own => "They also enter a code or use a passkey.",
            SecondFactor::Provider => "Their provider asked for a second factor when they last signed in.",
            SecondFactor::None => "No second factor.",
        }
    }

    fn can_end_sessions(&self) -> bool {
        self.rights.menu && !self.sessions.is_empty()
    }
}

impl Page for PersonPage {
    fn title(&self) -> &str {
        &self.name
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "sessions").then(|| self.as_sessions().render())
    }
}

/// `GET /settings/admin/users/{user}`, or the menu that its row has in the list.
pub async fn show(admin: Admin, view: View, path: web::Path<UserPath>, back: web::Query<Back>) -> Reply {
    let user = list::one(&admin, &path.user).await?;
    let rights = Rights::of(&admin, &user, &rights::owners(&admin).await?);
    if view.wants(&menu_of(&user.id)) {
        return view.page(&*admin, StatusCode::OK, &Menu::of(&admin, user, rights, &back));
    }
    view.page(&*admin, StatusCode::OK, &page(&admin, user, rights, &back).await?)
}

async fn page(admin: &Admin, user: ListedUser, rights: Rights, back: &Back) -> Result<PersonPage> {
    let (now, links) = (admin.services().clock.now(), admin.links());
    let is_multi = admin.services().config.tenancy.is_multi();
    let mut invites = person::sent_invites(admin, &user.id, MOST_INVITES + 1).await?;
    let invites_more = invites.len() as u64 > MOST_INVITES;
    invites.truncate(usize::try_from(MOST_INVITES).unwrap_or(usize::MAX));
    Ok(PersonPage {
        initials: initials(&user.name),
        role: user.role.name(),
        role_label: user.role.label(),
        status: user.status,
        is_you: user.id == admin.visitor().id,
        joined: Moment::new(user.joined_at, now),
        seen: Moment::new(user.last_seen_at, now),
        offboarding: back.from(links.user(&user.id).offboarding(), &links),
        back: back.path(&links),
        here: back.from(links.user(&user.id).page(), &links),
        rights,
        ways: ways(admin, &user, now).await?,
        second_factor: user.second_factor,
        sessions: if is_multi { Vec::new() } else { sessions(admin, &user.id, now).await? },
        is_multi,
        invites: invites.into_iter().map(|row| sent_invite(row, now)).collect(),
        invites_more,
        events: timeline(admin, &user.email, now).await?,
        events_href: address(links.audit(), [("who", &user.email)]),
        id: user.id,
        name: user.name,
        email: user.email,
        links,
    })
}

/// What happened by and about them lately.
async fn timeline(admin: &Admin, email: &str, now: DateTime<Utc>) -> Result<Vec<HistoryLine>> {
    let links = admin.links();
    let line = |event: audit::ListedEvent| HistoryLine {
        at: Moment::new(event.at, now),
        sentence: audit::in_words(&event),
        refused: event.outcome == audit::EventOutcome::Refused,
        href: links.event(&event.id),
    };
    Ok(audit::about(admin, email, MOST_EVENTS).await?.into_iter().map(line).collect())
}

/// Where there are many organizations, this one knows of the ways that vouch for the address by which the person joined.
async fn ways(admin: &Admin, user: &ListedUser, now: DateTime<Utc>) -> Result<Vec<Way>> {
    let is_multi = admin.services().config.tenancy.is_multi();
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
    let mut identities = person::identities(admin, &user.id).await?;
    identities.retain(|identity| !is_multi || identity.email == user.email);
    Ok(identities.into_iter().map(way).collect())
}

async fn sessions(admin: &Admin, id: &str, now: DateTime<Utc>) -> Result<Vec<Session>> {
    let current = admin.visitor().session.as_str();
    let open = person::open_sessions(admin, id).await?;
    Ok(open.into_iter().map(|row| Session::new(row, current, now)).collect())
}

fn sent_invite(row: invite::Model, now: DateTime<Utc>) -> SentInvite {
    SentInvite {
        state_text: match invited::Status::of(&row, now) {
            invited::Status::Pending => "Pending",
            invited::Status::Accepted => "Accepted",
            invited::Status::Expired => "Expired",
            invited::Status::Revoked => "Revoked",
        },
        role_label: row.role.label(),
        created: Moment::new(*row.created_at, now),
        address: row.email,
    }
}
