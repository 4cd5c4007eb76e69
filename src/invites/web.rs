//! `/settings/admin/invites`: who is asked to join, and how far each invite has come.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::form::{InviteForm, MOST, Pasted, role};
use super::list::{Filter, RawQuery};
use super::{Line, ListPage, ListQuery, Listed, Outcome, Sent, Status, token};
use crate::access::{Admin, Role};
use crate::error::{Error, Result};
use crate::mail::{self, Letter};
use crate::random;
use crate::web::{Moment, Notice, Page, Reply, View, client, see_other};

const PATH: &str = "/settings/admin/invites";

#[derive(Template)]
#[template(path = "invites/index.html", blocks = ["send", "parsed", "results", "invites"])]
struct InvitesPage {
    mail_on: bool,
    mail_from: String,
    batch: String,
    addresses: String,
    addresses_error: String,
    lines: Vec<BadLine>,
    roles: Vec<RoleChoice>,
    parsed: String,
    form_error: String,
    results_shown: bool,
    results_title: String,
    results: Vec<ResultRow>,
    all_links: String,
    status: String,
    query: String,
    here: String,
    under_way: bool,
    tabs: Vec<Tab>,
    rows: Vec<InviteRow>,
    empty: &'static str,
    clear_href: &'static str,
    previous: String,
    next: String,
    showing: String,
}

struct BadLine {
    text: String,
    problem: String,
}

struct RoleChoice {
    name: &'static str,
    label: &'static str,
    meaning: &'static str,
    selected: bool,
}

struct ResultRow {
    address: String,
    outcome: &'static str,
    words: &'static str,
    link: String,
}

struct Tab {
    href: String,
    label: &'static str,
    current: bool,
}

struct InviteRow {
    id: String,
    address: String,
    role_label: &'static str,
    state: &'static str,
    state_text: String,
    mail_state: &'static str,
    mail_text: String,
    expires: Moment,
    soon: bool,
    invited_by: String,
    note: &'static str,
    link: String,
    can_resend: bool,
    can_revoke: bool,
}

impl Page for InvitesPage {
    fn title(&self) -> &'static str {
        "Invites"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        Some(match id {
            "send" => self.as_send().render(),
            "parsed" => self.as_parsed().render(),
            "results" => self.as_results().render(),
            "invites" => self.as_invites().render(),
            _ => return None,
        })
    }

    fn has_errors(&self) -> bool {
        !self.addresses_error.is_empty() || !self.form_error.is_empty()
    }
}

/// What the page's address may carry.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    q: String,
    /// Which invites are listed.
    #[serde(default)]
    status: String,
    #[serde(default)]
    cursor: String,
    /// The form whose results are shown.
    #[serde(default)]
    batch: String,
}

/// `GET /settings/admin/invites`.
pub async fn index(admin: Admin, view: View, query: web::Query<Query>) -> Reply {
    let Some(results) = shown_results(&admin, &query.batch).await? else { return Err(Error::NotFound) };
    Invites { query: query.into_inner(), results, ..Invites::default() }
        .show(&admin, &view, StatusCode::OK)
        .await
}

async fn shown_results(admin: &Admin, batch: &str) -> Result<Option<Vec<Line>>> {
    if batch.is_empty() { Ok(Some(Vec::new())) } else { super::results(admin, batch).await }
}

/// `POST /settings/admin/invites`: invites, or shows how the addresses are read.
pub async fn send(admin: Admin, view: View, form: web::Form<InviteForm>) -> Reply {
    let form = form.into_inner();
    let pasted = Pasted::read(&form.addresses);
    let asks = form.preview.is_some();
    let problem = problem(&pasted, &form);
    let page = Invites { parsed: parsed(&pasted), pasted: pasted.clone(), ..Invites::of(&form) };
    if asks {
        return page.show(&admin, &view, StatusCode::OK).await;
    }
    let (Some(role), None) = (role(&form.role), &problem) else {
        let page = Invites { problem: problem.unwrap_or_else(|| "Choose a role.".to_owned()), ..page };
        return page.show(&admin, &view, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match super::send(&admin, &batch(&form)?, &pasted.addresses, role).await {
        Ok(Sent { before, .. }) => {
            let notice = if before { Notice::InvitedBefore } else { Notice::Invited };
            Ok(see_other(&format!("{PATH}?batch={}", batch(&form)?), notice))
        }
        Err(Error::Invalid(errors)) => {
            let problem = errors.into_values().flatten().collect::<Vec<_>>().join(" ");
            Invites { problem, ..page }.show(&admin, &view, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

/// The form's own name: one that we have given out, or a new one for a form without.
fn batch(form: &InviteForm) -> Result<String> {
    if form.batch.is_empty() {
        return Ok(random::id());
    }
    uuid::Uuid::parse_str(&form.batch)
        .map(|batch| batch.to_string())
        .map_err(|_| Error::Malformed("batch".to_owned()))
}

fn problem(pasted: &Pasted, form: &InviteForm) -> Option<String> {
    match (pasted.bad.len(), pasted.addresses.len()) {
        (0, 0) => Some("Type at least one address.".to_owned()),
        (0, count) if count > MOST => Some(format!("Invite up to {MOST} addresses at once.")),
        (0, _) => role(&form.role).is_none().then(|| "Choose a role.".to_owned()),
        (1, _) => Some("One line is no address. Nobody was invited yet.".to_owned()),
        (bad, _) => Some(format!("{bad} lines are no addresses. Nobody was invited yet.")),
    }
}

/// "12 addresses, 1 duplicate, 2 that are none."
fn parsed(pasted: &Pasted) -> String {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [
        count(pasted.addresses.len(), "address", "addresses"),
        count(pasted.doubles, "duplicate", "duplicates"),
        count(pasted.bad.len(), "line that is no address", "lines that are no addresses"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("{}.", parts.join(", ")) }
}

/// Where an action came from, to go back to.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct From {
    #[serde(default)]
    q: String,
    #[serde(default)]
    status: String,
}

impl From {
    fn path(&self) -> String {
        address(&self.q, &self.status, "")
    }
}

/// `POST /settings/admin/invites/{invite}/resend`.
pub async fn resend(admin: Admin, id: web::Path<String>, from: web::Form<From>) -> Reply {
    super::resend(&admin, &id).await?;
    Ok(see_other(&from.path(), Notice::InviteResent))
}

/// `POST /settings/admin/invites/{invite}/revocation`.
pub async fn revoke(admin: Admin, id: web::Path<String>, from: web::Form<From>) -> Reply {
    super::revoke(&admin, &id).await?;
    Ok(see_other(&from.path(), Notice::InviteRevoked))
}

/// `POST /settings/admin/invites/test-mail`: a mail to oneself, and to nobody else.
pub async fn test_mail(admin: Admin, request: actix_web::HttpRequest) -> Reply {
    let services = admin.services();
    services.limits.count_test(client::address(&request, &services.config.trusted_proxies))?;
    let to = admin.visitor().address()?;
    let change = admin.change().await?;
    if mail::queue(&services.mail, &change, &to, &Letter::Test).await?.is_none() {
        return Err(Error::Conflict("Mail is not set up."));
    }
    change.commit(crate::audit::Event::done("mail.tested", to.as_str())).await?;
    Ok(see_other(PATH, Notice::TestMailQueued))
}

/// What a request to the page is about, beside what is stored.
#[derive(Default)]
struct Invites {
    query: Query,
    form: InviteForm,
    pasted: Pasted,
    parsed: String,
    problem: String,
    results: Vec<Line>,
}

impl Invites {
    fn of(form: &InviteForm) -> Self {
        Self { form: form.clone(), ..Self::default() }
    }

    async fn show(self, admin: &Admin, view: &View, status: StatusCode) -> Reply {
        let raw = RawQuery {
            q: self.query.q.clone(),
            status: self.query.status.clone(),
            cursor: self.query.cursor.clone(),
            limit: String::new(),
        };
        let query = raw.parse()?;
        let listed = super::list(admin, &query).await?;
        let page = self.page(admin, &query, listed).await?;
        view.page(&**admin, status, &page)
    }

    async fn page(self, admin: &Admin, query: &ListQuery, listed: ListPage) -> Result<InvitesPage> {
        let services = admin.services();
        let results = result_rows(admin, self.results).await?;
        let links: Vec<&str> =
            results.iter().map(|row| row.link.as_str()).filter(|link| !link.is_empty()).collect();
        let rows = rows(admin, listed.invites)?;
        let (status, search) = (self.query.status.clone(), query.search.clone());
        let at = |cursor: Option<super::Cursor>| {
            cursor.map(|cursor| address(&search, &status, &cursor.to_string())).unwrap_or_default()
        };
        Ok(InvitesPage {
            mail_on: services.mail.is_on(),
            mail_from: services.mail.from().unwrap_or_default(),
            batch: if self.form.batch.is_empty() { random::id() } else { self.form.batch.clone() },
            addresses: self.form.addresses,
            addresses_error: self.problem,
            lines: self
                .pasted
                .bad
                .into_iter()
                .map(|bad| BadLine { text: bad.text, problem: bad.problem })
                .collect(),
            roles: roles(admin, role(&self.form.role).unwrap_or(Role::Member)),
            parsed: self.parsed,
            form_error: String::new(),
            results_shown: !results.is_empty(),
            results_title: title(&results),
            all_links: if links.len() > 1 { links.join("\n") } else { String::new() },
            results,
            here: address(&query.search, &self.query.status, &self.query.cursor),
            under_way: rows.iter().any(|row| ["queued", "sending", "retrying"].contains(&row.mail_state)),
            tabs: tabs(&query.search, query.filter),
            empty: empty(&rows, query),
            clear_href: PATH,
            previous: at(listed.previous),
            next: at(listed.next),
            showing: match rows.len() {
                0 => String::new(),
                1 => "Showing 1 invite".to_owned(),
                count => format!("Showing {count} invites"),
            },
            rows,
            status: self.query.status,
            query: query.search.clone(),
        })
    }
}

fn empty(rows: &[InviteRow], query: &ListQuery) -> &'static str {
    match (rows.is_empty(), query.filter, query.search.is_empty()) {
        (false, ..) => "",
        (true, Filter::All, true) => "none",
        _ => "filtered",
    }
}

fn tabs(search: &str, current: Filter) -> Vec<Tab> {
    let tab =
        |(filter, name, label)| Tab { href: address(search, name, ""), label, current: filter == current };
    Filter::ALL.into_iter().map(tab).collect()
}

fn roles(admin: &Admin, chosen: Role) -> Vec<RoleChoice> {
    let mine = Role::ALL.into_iter().rev().filter(|role| *role <= admin.role());
    mine.map(|role| RoleChoice {
        name: role.name(),
        label: role.label(),
        meaning: role.meaning(),
        selected: role == chosen,
    })
    .collect()
}

fn address(search: &str, status: &str, cursor: &str) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in [("q", search), ("status", status), ("cursor", cursor)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
}

fn title(results: &[ResultRow]) -> String {
    let sent = results.iter().filter(|row| row.outcome != "member").count();
    match sent {
        0 => "Nobody was invited".to_owned(),
        1 => "1 person invited".to_owned(),
        count => format!("{count} people invited"),
    }
}

async fn result_rows(admin: &Admin, lines: Vec<Line>) -> Result<Vec<ResultRow>> {
    let ids: Vec<&str> = lines.iter().filter_map(|line| line.invite.as_deref()).collect();
    let mut links = super::links(admin, &ids).await?;
    let row = |line: Line| {
        let (outcome, words) = match line.outcome {
            Outcome::Invited => ("invited", "Invited"),
            Outcome::Resent => ("resent", "Invited again; the old link stopped working"),
            Outcome::Member => ("member", "Is a member already"),
        };
        let link = line.invite.and_then(|id| links.remove(&id)).unwrap_or_default();
        ResultRow { address: line.email.into(), outcome, words, link }
    };
    Ok(lines.into_iter().map(row).collect())
}

fn rows(admin: &Admin, invites: Vec<Listed>) -> Result<Vec<InviteRow>> {
    invites.into_iter().map(|listed| row(admin, listed)).collect()
}

fn row(admin: &Admin, listed: Listed) -> Result<InviteRow> {
    let (services, now) = (admin.services(), admin.services().clock.now());
    let Listed { invite, status, mail, stands } = listed;
    let pending = status == Status::Pending;
    let left = *invite.expires_at - now;
    let link = if pending {
        services.config.base_url.link(&token::path(services, &invite.id, invite.generation)?)
    } else {
        String::new()
    };
    let waits = pending || status == Status::Expired && invite.state == crate::entity::invite::Stage::Open;
    Ok(InviteRow {
        role_label: invite.role.label(),
        state: status.name(),
        state_text: state_text(&invite, status, now),
        mail_state: mail.as_ref().filter(|_| waits).map_or("", mail::State::name),
        mail_text: match &mail {
            Some(state) if waits => state.words(),
            None if pending => "Not mailed: share the link".to_owned(),
            _ => String::new(),
        },
        expires: Moment::until(*invite.expires_at, now),
        soon: pending && left < chrono::Duration::days(1),
        invited_by: invite.invited_by_name,
        note: note(pending, stands, status == Status::Expired && invite.asked_at.is_some()),
        link,
        can_resend: waits && invite.role <= admin.role(),
        can_revoke: waits,
        address: invite.email,
        id: invite.id,
    })
}

fn note(pending: bool, stands: bool, asked: bool) -> &'static str {
    match (pending, stands, asked) {
        (true, false, _) => "Needs re-sending: whoever invited may not give this role any more.",
        (_, _, true) => "Asked for a new link.",
        _ => "",
    }
}

fn state_text(
    invite: &crate::entity::invite::Model,
    status: Status,
    now: chrono::DateTime<chrono::Utc>,
) -> String {
    let when = invite.closed_at.map(|at| Moment::new(*at, now).text);
    let who = invite.closed_by.clone();
    match (status, who, when) {
        (Status::Pending, ..) => "Pending".to_owned(),
        (Status::Accepted, Some(who), Some(when)) => format!("Accepted by {who}, {when}"),
        (Status::Accepted, ..) => "Accepted".to_owned(),
        (Status::Expired, ..) => format!("Expired {}", Moment::new(*invite.expires_at, now).text),
        (Status::Revoked, Some(who), Some(when)) => format!("Revoked by {who}, {when}"),
        (Status::Revoked, ..) => "Revoked".to_owned(),
    }
}
