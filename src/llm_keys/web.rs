//! `/settings/admin/llm-keys`: which keys the team runs on, and how they do.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::catalog::CUSTOM_ICON;
use super::form::{KeyForm, NEW_CUSTOM};
use super::{Entry, KEPT, Provider, Resolution, Source, Verdict};
use crate::access::{Admin, Member};
use crate::entity::{Timestamp, llm_key, llm_key_health};
use crate::error::{Error, FieldErrors, Result};
use crate::vault::VaultError;
use crate::web::{Moment, Notice, Page, Reply, Undo, View, client, see_other, see_other_undoable};

/// Where the page is.
pub const PATH: &str = "/settings/admin/llm-keys";

#[derive(Template)]
#[template(path = "llm_keys/index.html", blocks = ["keys"])]
struct LlmKeysPage {
    can_edit: bool,
    members: Vec<Seen>,
    form_shown: bool,
    form: FormPart,
    keys: Vec<KeyCard>,
    providers: Vec<Tile>,
    empty: bool,
}

struct Seen {
    label: String,
    icon: &'static str,
    configured: bool,
}

#[derive(Default)]
struct FormPart {
    provider: String,
    label: String,
    icon: &'static str,
    replacing: bool,
    last_four: String,
    custom: bool,
    own_address: bool,
    name: String,
    name_error: String,
    address_label: &'static str,
    base_url: String,
    base_url_error: String,
    key_error: String,
    key_hint: String,
    console: &'static str,
    problems: usize,
    summary: String,
}

#[expect(clippy::struct_excessive_bools, reason = "what a card shows and lets one do")]
struct KeyCard {
    provider: String,
    label: String,
    icon: &'static str,
    status: &'static str,
    status_text: &'static str,
    has_since: bool,
    since: Moment,
    source: &'static str,
    source_text: &'static str,
    variable: &'static str,
    last_four: String,
    note: &'static str,
    doubt: String,
    trouble: String,
    set_by: String,
    set_at: Moment,
    base_url: String,
    tested: bool,
    tested_at: Moment,
    good: bool,
    result: String,
    has_good: bool,
    good_at: Moment,
    previous: bool,
    previous_last_four: String,
    previous_by: String,
    previous_at: Moment,
    can_test: bool,
    can_replace: bool,
    can_remove: bool,
    can_undo: bool,
    removed_at: Moment,
    erased_at: Moment,
}

struct Tile {
    label: String,
    icon: &'static str,
    href: String,
    selected: bool,
}

impl Page for LlmKeysPage {
    fn title(&self) -> &'static str {
        "LLM keys"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "keys").then(|| self.as_keys().render())
    }

    fn has_errors(&self) -> bool {
        self.form.problems > 0
    }
}

/// What the page's address may carry.
#[derive(Deserialize)]
pub struct Query {
    /// Whose key is about to be set.
    #[serde(default)]
    provider: String,
}

/// `GET /settings/admin/llm-keys`.
pub async fn index(member: Member, view: View, query: web::Query<Query>) -> Reply {
    let entries = super::list(&member).await?;
    if !member.is_admin() {
        return view.page(&member, StatusCode::OK, &for_members(entries));
    }
    let form = match query.provider.as_str() {
        "" => None,
        id => Some(blank_form(&entries, id).ok_or(Error::NotFound)?),
    };
    view.page(&member, StatusCode::OK, &for_admins(&member, &entries, form))
}

/// `POST /settings/admin/llm-keys`: sets a key, or replaces one.
pub async fn save(admin: Admin, view: View, form: web::Form<KeyForm>) -> Reply {
    let form = form.into_inner();
    let entries = super::list(&admin).await?;
    let blank = blank_form(&entries, &form.provider).ok_or(Error::NotFound)?;
    let present = find(&entries, &form.provider).and_then(|entry| entry.present.as_ref());
    let saved = match form.read(present.and_then(|row| row.base_url.as_deref())) {
        Ok(wish) => super::set(&admin, &wish).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match saved {
        Ok(()) if present.is_some() => Ok(see_other(PATH, Notice::KeyReplaced)),
        Ok(()) => Ok(see_other(PATH, Notice::KeySaved)),
        Err(Error::Invalid(errors)) => {
            let page = for_admins(&admin, &entries, Some(returned(blank, form, &errors)));
            view.page(&*admin, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// `POST /settings/admin/llm-keys/{provider}/test`: the page, with what the provider said.
pub async fn test(admin: Admin, view: View, id: web::Path<String>, request: HttpRequest) -> Reply {
    let services = admin.services();
    services.limits.count_test(client::address(&request, &services.config.trusted_proxies))?;
    super::test(&admin, &known(&id)?).await?;
    let entries = super::list(&admin).await?;
    view.page(&*admin, StatusCode::OK, &for_admins(&admin, &entries, None))
}

/// `POST /settings/admin/llm-keys/{provider}/removal`.
pub async fn remove(admin: Admin, id: web::Path<String>) -> Reply {
    let provider = known(&id)?;
    super::remove(&admin, &provider).await?;
    Ok(see_other_undoable(PATH, Notice::KeyRemoved, Undo::KeyRemoval { provider }))
}

/// `POST /settings/admin/llm-keys/{provider}/restoration`.
pub async fn restore(admin: Admin, id: web::Path<String>) -> Reply {
    super::restore(&admin, &known(&id)?).await?;
    Ok(see_other(PATH, Notice::KeyRestored))
}

/// `POST /settings/admin/llm-keys/{provider}/reversion`.
pub async fn revert(admin: Admin, id: web::Path<String>) -> Reply {
    super::revert(&admin, &known(&id)?).await?;
    Ok(see_other(PATH, Notice::KeyReverted))
}

/// `POST /settings/admin/llm-keys/{provider}/previous/removal`.
pub async fn erase_previous(admin: Admin, id: web::Path<String>) -> Reply {
    super::erase_previous(&admin, &known(&id)?).await?;
    Ok(see_other(PATH, Notice::PreviousKeyErased))
}

fn known(id: &str) -> Result<Provider> {
    Provider::parse(id).ok_or(Error::NotFound)
}

fn find<'a>(entries: &'a [Entry], id: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.provider.id() == id)
}

/// The form for a provider, or for a new custom one; none for what is neither.
fn blank_form(entries: &[Entry], id: &str) -> Option<FormPart> {
    if id == NEW_CUSTOM {
        return Some(FormPart {
            provider: id.to_owned(),
            label: "Custom provider".to_owned(),
            icon: CUSTOM_ICON,
            custom: true,
            address_label: "Base URL",
            ..FormPart::default()
        });
    }
    let entry = find(entries, id)?;
    let known = entry.provider.known();
    let prefix = known.map_or("", |known| known.prefix);
    let present = entry.present.as_ref();
    Some(FormPart {
        provider: id.to_owned(),
        label: entry.label.clone(),
        icon: entry.provider.icon(),
        replacing: present.is_some(),
        last_four: present.map(|row| row.last_four.clone()).unwrap_or_default(),
        custom: known.is_none(),
        own_address: known.is_some() && entry.provider.own_address().is_some(),
        name: present.and_then(|row| row.name.clone()).unwrap_or_default(),
        address_label: entry.provider.own_address().unwrap_or_default(),
        base_url: present.and_then(|row| row.base_url.clone()).unwrap_or_default(),
        key_hint: if prefix.is_empty() { String::new() } else { format!("Starts with {prefix}") },
        console: known.map_or("", |known| known.console),
        ..FormPart::default()
    })
}

/// The form as it comes back: with what was typed, but never the key.
fn returned(blank: FormPart, typed: KeyForm, errors: &FieldErrors) -> FormPart {
    let sentence = |field: &str| errors.get(field).map(|sentences| sentences.join(" ")).unwrap_or_default();
    FormPart {
        name: typed.name,
        base_url: typed.base_url,
        name_error: sentence("name"),
        base_url_error: sentence("baseUrl"),
        key_error: sentence("key"),
        problems: errors.len(),
        summary: match errors.len() {
            1 => "There is 1 problem".to_owned(),
            count => format!("There are {count} problems"),
        },
        ..blank
    }
}

fn for_members(entries: Vec<Entry>) -> LlmKeysPage {
    let seen = |entry: Entry| Seen {
        icon: entry.provider.icon(),
        configured: entry.resolution.usable().is_some(),
        label: entry.label,
    };
    LlmKeysPage {
        can_edit: false,
        members: entries.into_iter().map(seen).collect(),
        form_shown: false,
        form: FormPart::default(),
        keys: Vec::new(),
        providers: Vec::new(),
        empty: false,
    }
}

fn for_admins(member: &Member, entries: &[Entry], form: Option<FormPart>) -> LlmKeysPage {
    let now = member.services().clock.now();
    let has_card = |entry: &&Entry| entry.resolution.source() != Source::None || entry.removed.is_some();
    let chosen = form.as_ref().map_or("", |form| form.provider.as_str());
    let tile = |id: &str, label: &str, icon: &'static str| Tile {
        label: label.to_owned(),
        icon,
        href: format!("{PATH}?provider={id}"),
        selected: id == chosen,
    };
    let unset = entries.iter().filter(|entry| !has_card(entry));
    let mut providers: Vec<Tile> =
        unset.map(|entry| tile(entry.provider.id(), &entry.label, entry.provider.icon())).collect();
    providers.push(tile(NEW_CUSTOM, "Custom", CUSTOM_ICON));
    let keys: Vec<KeyCard> = entries.iter().filter(has_card).map(|entry| card(entry, now)).collect();
    LlmKeysPage {
        can_edit: true,
        members: Vec::new(),
        empty: keys.is_empty(),
        providers,
        keys,
        form_shown: form.is_some(),
        form: form.unwrap_or_default(),
    }
}

fn card(entry: &Entry, now: DateTime<Utc>) -> KeyCard {
    let moment = |at: Option<Timestamp>| Moment::new(at.map_or(now, |at| *at), now);
    let row = |row: &Option<llm_key::Model>| row.clone();
    let (present, previous, removed) = (row(&entry.present), row(&entry.previous), row(&entry.removed));
    let stored = entry.present.as_ref().or(entry.removed.as_ref());
    let health = entry.health.as_ref();
    let finding = health.and_then(llm_key_health::Model::finding);
    let (status, status_text) = status(entry);
    let (source, source_text) = source(entry);
    let from_environment = matches!(entry.resolution, Resolution::Environment(_));
    let failing_since = health.and_then(|health| health.failing_since);
    let good_at = health.and_then(|health| health.good_at);
    let used = entry.resolution.usable().map(|usable| usable.key.last_four().to_owned());
    KeyCard {
        provider: entry.provider.id().to_owned(),
        label: entry.label.clone(),
        icon: entry.provider.icon(),
        status,
        status_text,
        has_since: failing_since.is_some(),
        since: moment(failing_since),
        source,
        source_text,
        variable: if from_environment {
            entry.provider.known().map_or("", |known| known.variable)
        } else {
            ""
        },
        last_four: used.or_else(|| stored.map(|row| row.last_four.clone())).unwrap_or_default(),
        note: note(entry),
        doubt: doubt(entry),
        trouble: trouble(entry),
        set_at: moment(present.as_ref().map(|row| row.updated_at)),
        base_url: present.as_ref().and_then(|row| row.base_url.clone()).unwrap_or_default(),
        set_by: present.as_ref().map(|row| row.set_by_name.clone()).unwrap_or_default(),
        tested: finding.is_some(),
        tested_at: moment(health.and_then(|health| health.tested_at)),
        good: finding.as_ref().is_some_and(|finding| finding.verdict == Verdict::Valid),
        result: finding.map(|finding| finding.sentence).unwrap_or_default(),
        has_good: failing_since.is_some() && good_at.is_some(),
        good_at: moment(good_at),
        previous: previous.is_some(),
        previous_at: moment(previous.as_ref().and_then(|row| row.replaced_at)),
        previous_last_four: previous.as_ref().map(|row| row.last_four.clone()).unwrap_or_default(),
        previous_by: previous.map(|row| row.set_by_name).unwrap_or_default(),
        can_test: entry.resolution.usable().is_some(),
        can_replace: true,
        can_remove: present.is_some(),
        can_undo: present.is_none() && removed.is_some(),
        removed_at: moment(removed.as_ref().and_then(|row| row.removed_at)),
        erased_at: Moment::until(removed.and_then(|row| row.removed_at).map_or(now, |at| *at + KEPT), now),
    }
}

fn status(entry: &Entry) -> (&'static str, &'static str) {
    let verdict =
        entry.health.as_ref().and_then(llm_key_health::Model::finding).map(|finding| finding.verdict);
    match (&entry.resolution, verdict) {
        (Resolution::Unreadable(_), _) => ("attention", "Needs attention"),
        (Resolution::Missing, _) => ("removed", "Removed"),
        (_, None) => ("untested", "Not tested"),
        (_, Some(Verdict::Valid)) => ("working", "Working"),
        (_, Some(_)) => ("failing", "Failing"),
    }
}

fn source(entry: &Entry) -> (&'static str, &'static str) {
    match entry.resolution {
        Resolution::Environment(_) => ("environment", "Environment"),
        Resolution::Unreadable(_) => ("unreadable", "Stored"),
        Resolution::Organization(_) => ("organization", "Stored"),
        Resolution::Missing => ("none", ""),
    }
}

fn note(entry: &Entry) -> &'static str {
    match (&entry.resolution, entry.in_environment) {
        (Resolution::Organization(_), true) => "Stored key is used. Environment key is ignored.",
        (Resolution::Unreadable(_), true) => "The environment has a key, too. It is not used instead.",
        _ => "",
    }
}

fn doubt(entry: &Entry) -> String {
    let other = entry.resolution.usable().and_then(|usable| usable.key.looks_like(&entry.provider));
    other.map(|other| format!("This looks like a key of {}.", other.label)).unwrap_or_default()
}

fn trouble(entry: &Entry) -> String {
    match &entry.resolution {
        Resolution::Unreadable(VaultError::KeyMissing(id)) => format!(
            "This key can't be decrypted: it was sealed with the master key “{id}”, which this Gatehouse does not have. \
             Whoever runs it can put that back, or you replace the key."
        ),
        Resolution::Unreadable(_) => {
            "This key can't be decrypted: it is damaged, or was changed behind our back. Replace it."
                .to_owned()
        }
        _ => String::new(),
    }
}
