//! The form of a key.

use crate::error::FieldErrors;
use crate::llm::Family;
use crate::llm::catalog::{self, CUSTOM_ICON};
use crate::llm_keys::form::{KeyForm, NEW_CUSTOM};
use crate::llm_keys::list::Entry;

/// What the form shows.
#[derive(Default)]
pub struct FormPart {
    pub provider: String,
    pub label: String,
    pub icon: &'static str,
    pub replacing: bool,
    pub last_four: String,
    pub custom: bool,
    pub own_address: bool,
    pub name: String,
    pub name_error: String,
    pub address_label: &'static str,
    pub base_url: String,
    pub base_url_error: String,
    pub key_error: String,
    pub key_hint: String,
    /// Whose key it looks like, and what people call that; nothing where nothing is asked.
    pub likely_provider: &'static str,
    pub likely_label: &'static str,
    /// The same, if there is a form for that provider's keys.
    pub likely_form: &'static str,
    /// The same, once it is confirmed.
    pub confirmed_provider: &'static str,
    pub console: &'static str,
    pub problems: usize,
    pub summary: String,
}

impl FormPart {
    /// What stands above it.
    pub fn title(&self) -> String {
        match (self.replacing, self.custom) {
            (true, _) => format!("Replace the key for {}", self.label),
            (false, true) => "Add a self-hosted server".to_owned(),
            (false, false) => format!("Add a key for {}", self.label),
        }
    }

    /// The field in which one begins to type: the first that can't be taken, or else the first to be filled in.
    pub fn focus(&self) -> &'static str {
        let errors =
            [("name", &self.name_error), ("base_url", &self.base_url_error), ("key", &self.key_error)];
        if let Some((field, _)) = errors.into_iter().find(|(_, error)| !error.is_empty()) {
            return field;
        }
        match self {
            _ if !self.summary.is_empty() => "",
            _ if self.replacing => "key",
            _ if self.custom => "name",
            _ if self.own_address => "base_url",
            _ if self.address_label.is_empty() => "key",
            _ => "",
        }
    }

    /// Whether the key is to be typed again, although nothing is wrong with it.
    pub fn asks_again(&self) -> bool {
        !self.summary.is_empty() && (self.key_error.is_empty() || !self.likely_provider.is_empty())
    }
}

/// The entry of this provider.
pub fn find<'a>(entries: &'a [Entry], id: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.provider.id() == id)
}

/// The form for a provider, or for a new custom one; none for what is neither.
pub fn blank_form(entries: &[Entry], id: &str) -> Option<FormPart> {
    if id == NEW_CUSTOM { Some(new_custom()) } else { find(entries, id).map(of_entry) }
}

fn new_custom() -> FormPart {
    FormPart {
        provider: NEW_CUSTOM.to_owned(),
        label: "Custom provider".to_owned(),
        icon: CUSTOM_ICON,
        custom: true,
        address_label: "Base URL",
        ..FormPart::default()
    }
}

fn of_entry(entry: &Entry) -> FormPart {
    let known = entry.provider.known();
    let prefix = known.and_then(|known| known.prefixes.first());
    let present = entry.present.as_ref();
    FormPart {
        provider: entry.provider.id().to_owned(),
        label: entry.label.clone(),
        icon: entry.provider.icon(),
        replacing: present.is_some(),
        last_four: present.map(|row| row.last_four.clone()).unwrap_or_default(),
        custom: known.is_none(),
        own_address: known.is_some() && entry.provider.own_address().is_some(),
        name: present.and_then(|row| row.name.clone()).unwrap_or_default(),
        address_label: entry.provider.own_address().unwrap_or_default(),
        base_url: present.and_then(|row| row.base_url.clone()).unwrap_or_default(),
        key_hint: prefix.map(|prefix| format!("Starts with {prefix}")).unwrap_or_default(),
        console: known.map_or("", |known| known.console),
        ..FormPart::default()
    }
}

/// The form as it comes back: with what was typed, but never the key, and of an address what is used of it.
pub fn returned(blank: FormPart, typed: KeyForm, errors: &FieldErrors) -> FormPart {
    let sentence = |field: &str| errors.get(field).map(|sentences| sentences.join(" ")).unwrap_or_default();
    let doubt = typed.doubt();
    let likely = doubt.or_else(|| Family::named(&typed.confirmed_provider));
    FormPart {
        likely_provider: likely.map_or("", |family| family.id),
        likely_label: likely.map_or("", |family| family.label),
        likely_form: likely.and_then(|family| catalog::find(family.id)).map_or("", |known| known.id),
        confirmed_provider: likely.filter(|_| doubt.is_none()).map_or("", |family| family.id),
        base_url: typed.shown_address(),
        name: typed.name,
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
