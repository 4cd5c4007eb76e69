//! A form that can be sent again.

use crate::links::ORGANIZATION_FIELD;

/// The field that holds the idempotency key.
pub(super) const KEY: &str = "idempotency_key";
/// Fields that hold a secret: they are asked for again and never sent back.
const SECRETS: [&str; 5] = ["key", "secret", "password", "token", "code"];
/// Fields that no person has typed.
const UNSEEN: [&str; 12] = [
    KEY,
    ORGANIZATION_FIELD,
    "claim",
    "prompt",
    "back",
    "batch",
    "digest",
    "version",
    "return_to",
    "request",
    "preview",
    "confirmed",
];

/// The same form, to be sent again.
pub struct Again {
    /// Where it goes.
    pub action: String,
    /// Whether a person has typed any of it.
    pub is_typed: bool,
    pub fields: Vec<Field>,
}

impl Again {
    pub(super) fn heading(&self) -> &'static str {
        if self.is_typed { "What you typed is still here" } else { "You can send it again" }
    }

    /// What a person has typed, but for secrets.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Field> {
        self.kept().filter(|field| !field.label.is_empty())
    }

    /// What has to be typed again.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_secret)
    }

    /// What goes along as it was.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.is_secret)
    }
}

/// A field of it.
pub struct Field {
    pub name: String,
    pub value: String,
    /// As a person would call it; empty for one that no one typed.
    pub label: String,
    pub is_secret: bool,
}

impl Field {
    pub(super) fn new((name, value): (String, String)) -> Self {
        let is_secret = name != KEY && SECRETS.iter().any(|secret| name.ends_with(secret));
        let label =
            if UNSEEN.contains(&name.as_str()) || value.is_empty() { String::new() } else { label(&name) };
        let value = if is_secret { String::new() } else { value };
        Self { name, value, label, is_secret }
    }
}

/// `base_url` → `Base url`.
fn label(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
