//! The form of a key.

use crate::error::FieldErrors;
use crate::llm::catalog::CUSTOM_ICON;
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
    pub console: &'static str,
    pub problems: usize,
    pub summary: String,
}

/// The entry of this provider.
pub fn find<'a>(entries: &'a [Entry], id: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.provider.id() == id)
}

/// The form for a provider, or for a new custom one; none for what is neither.
pub fn blank_form(entries: &[Entry], id: &str) -> Option<FormPart> {
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
pub fn returned(blank: FormPart, typed: KeyForm, errors: &FieldErrors) -> FormPart {
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
