//! `/settings/admin/access`: who may join.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::form::{Problems, RulesForm};
use super::{DomainRule, InstanceLists, Rules};
use crate::access::Admin;
use crate::address::Domain;
use crate::entity::org_settings;
use crate::error::Error;
use crate::web::{Moment, Notice, Page, Reply, View, see_other};

const PATH: &str = "/settings/admin/access";

#[expect(clippy::struct_excessive_bools, reason = "three switches and a conflict")]
#[derive(Template)]
#[template(path = "gate/index.html", blocks = ["rules"])]
struct AccessPage {
    sentence: String,
    sentence_tone: &'static str,
    summary: Vec<Problem>,
    form_error: String,
    version: String,
    conflict: bool,
    their_name: String,
    their_when: Moment,
    their_rules: Vec<String>,
    domain_rows: Vec<DomainRow>,
    domain_gating: bool,
    emails: String,
    emails_error: String,
    email_allowlist: bool,
    open_sign_up: bool,
    ceilings: Vec<Ceiling>,
    provenance: String,
    provenance_when: Moment,
}

struct Problem {
    href: String,
    message: String,
}

struct DomainRow {
    index: usize,
    domain: String,
    include_subdomains: bool,
    error: String,
    unicode: String,
}

struct Ceiling {
    variable: &'static str,
    value: String,
}

impl Page for AccessPage {
    fn title(&self) -> &'static str {
        "Access"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "rules").then(|| self.as_rules().render())
    }

    fn has_errors(&self) -> bool {
        !self.summary.is_empty() || !self.form_error.is_empty() || self.conflict
    }
}

/// `GET /settings/admin/access`.
pub async fn index(admin: Admin, view: View) -> Reply {
    let stored = super::settings(&admin).await?;
    let form = RulesForm::showing(&Rules::from(&stored), stored.version);
    let page = page(&admin, &stored, form, Problems::default());
    view.page(&*admin, StatusCode::OK, &page)
}

/// `POST /settings/admin/access`: saves the rules, or edits the form.
pub async fn save(admin: Admin, view: View, pairs: web::Form<Vec<(String, String)>>) -> Reply {
    let form = RulesForm::read(pairs.into_inner());
    if form.edit.is_some() {
        return show(&admin, &view, StatusCode::OK, form.edited(), Problems::default()).await;
    }
    let version = form.version.parse().map_err(|_| Error::Malformed("version".to_owned()))?;
    let rules = match form.parse() {
        Ok(rules) => rules,
        Err(problems) => return show(&admin, &view, StatusCode::UNPROCESSABLE_ENTITY, form, problems).await,
    };
    match super::save(&admin, &rules, version).await {
        Ok(()) => Ok(see_other(PATH, Notice::AccessSaved)),
        Err(Error::Stale) => show(&admin, &view, StatusCode::CONFLICT, form, Problems::default()).await,
        Err(other) => Err(other),
    }
}

/// The form comes back with what was typed. After a conflict it carries the version that it was shown beside.
async fn show(admin: &Admin, view: &View, status: StatusCode, form: RulesForm, problems: Problems) -> Reply {
    let stored = super::settings(admin).await?;
    let mut page = page(admin, &stored, form, problems);
    if status == StatusCode::CONFLICT {
        page.conflict = true;
        page.version = stored.version.to_string();
        page.their_rules = in_lines(&Rules::from(&stored));
    }
    view.page(&**admin, status, &page)
}

fn page(admin: &Admin, stored: &org_settings::Model, form: RulesForm, problems: Problems) -> AccessPage {
    let now = admin.services().clock.now();
    let in_force = Rules::from(stored);
    let changed_by = stored.updated_by.clone();
    AccessPage {
        sentence: in_force.in_a_sentence(),
        sentence_tone: tone(&in_force),
        summary: summary(&problems),
        form_error: problems.form,
        version: form.version,
        conflict: false,
        their_name: changed_by.clone().unwrap_or_else(|| "Somebody".to_owned()),
        their_when: Moment::new(*stored.updated_at, now),
        their_rules: Vec::new(),
        domain_rows: rows(form.rows, &problems.rows),
        domain_gating: form.domain_gating,
        emails: form.emails,
        emails_error: problems.emails,
        email_allowlist: form.email_allowlist,
        open_sign_up: form.open_sign_up,
        ceilings: ceilings(&admin.services().config.instance),
        provenance: changed_by.map(|who| format!("Last changed by {who}")).unwrap_or_default(),
        provenance_when: Moment::new(*stored.updated_at, now),
    }
}

fn tone(rules: &Rules) -> &'static str {
    match rules {
        Rules { open_sign_up: true, .. } => "open",
        Rules { domain_gating: false, email_allowlist: false, .. } => "invited",
        _ => "gated",
    }
}

fn summary(problems: &Problems) -> Vec<Problem> {
    let rows = problems.rows.iter().map(|(index, sentence)| Problem {
        href: format!("#domains.{index}.name"),
        message: format!("Domains: {sentence}"),
    });
    let emails = (!problems.emails.is_empty())
        .then(|| Problem { href: "#emails".to_owned(), message: format!("Addresses: {}", problems.emails) });
    rows.chain(emails).collect()
}

fn rows(
    typed: Vec<super::form::Row>,
    problems: &std::collections::BTreeMap<usize, String>,
) -> Vec<DomainRow> {
    let row = |(index, row): (usize, super::form::Row)| DomainRow {
        index,
        error: problems.get(&index).cloned().unwrap_or_default(),
        unicode: other_form(&row.domain),
        domain: row.domain,
        include_subdomains: row.include_subdomains,
    };
    typed.into_iter().enumerate().map(row).collect()
}

/// For a name beyond ASCII, the form that was not typed: both are the same domain.
fn other_form(typed: &str) -> String {
    let Ok(domain) = Domain::parse(typed.trim()) else { return String::new() };
    let (ascii, unicode) = (domain.as_str().to_owned(), domain.to_unicode());
    if ascii == unicode {
        return String::new();
    }
    if typed.is_ascii() { unicode } else { ascii }
}

fn in_lines(rules: &Rules) -> Vec<String> {
    let on = |flag| if flag { "on" } else { "off" };
    let domains: Vec<String> = rules.allowed_domains.iter().map(DomainRule::in_words).collect();
    let emails: Vec<&str> = rules.allowed_emails.iter().map(crate::address::EmailAddress::as_str).collect();
    let or_none = |list: String| if list.is_empty() { "none".to_owned() } else { list };
    vec![
        format!("Domains ({}): {}", on(rules.domain_gating), or_none(domains.join(", "))),
        format!("Addresses ({}): {}", on(rules.email_allowlist), or_none(emails.join(", "))),
        format!("Open sign-up: {}", on(rules.open_sign_up)),
    ]
}

fn ceilings(instance: &InstanceLists) -> Vec<Ceiling> {
    let domains = |list: &[Domain]| list.iter().map(Domain::to_unicode).collect::<Vec<_>>().join(", ");
    let emails = |list: &[crate::address::EmailAddress]| {
        list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let all = [
        ("GATEHOUSE_ALLOWED_DOMAINS", domains(&instance.allowed_domains)),
        ("GATEHOUSE_ALLOWED_EMAILS", emails(&instance.allowed_emails)),
        ("GATEHOUSE_BLOCKED_DOMAINS", domains(&instance.blocked_domains)),
        ("GATEHOUSE_BLOCKED_EMAILS", emails(&instance.blocked_emails)),
    ];
    let set = all.into_iter().filter(|(_, value)| !value.is_empty());
    set.map(|(variable, value)| Ceiling { variable, value }).collect()
}
