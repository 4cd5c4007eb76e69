//! What a card says of a key.

use crate::entity::llm_key_health;
use crate::llm_keys::list::Entry;
use crate::llm_keys::probe::Verdict;
use crate::llm_keys::resolution::Resolution;
use crate::vault::VaultError;

/// How it does: a name for style sheets, and words.
pub fn status(entry: &Entry) -> (&'static str, &'static str) {
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

/// Where it comes from, likewise.
pub fn source(entry: &Entry) -> (&'static str, &'static str) {
    match entry.resolution {
        Resolution::Environment(_) => ("environment", "Environment"),
        Resolution::Unreadable(_) => ("unreadable", "Stored"),
        Resolution::Organization(_) => ("organization", "Stored"),
        Resolution::Missing => ("none", ""),
    }
}

/// Which of two keys is used.
pub fn note(entry: &Entry) -> &'static str {
    match (&entry.resolution, entry.in_environment) {
        (Resolution::Organization(_), true) => "Stored key is used. Environment key is ignored.",
        (Resolution::Unreadable(_), true) => "The environment has a key, too. It is not used instead.",
        _ => "",
    }
}

/// Whether it looks like another provider's.
pub fn doubt(entry: &Entry) -> String {
    let other = entry.resolution.usable().and_then(|usable| usable.key.looks_like(&entry.provider));
    other.map(|other| format!("This looks like a key of {}.", other.label)).unwrap_or_default()
}

/// Why it can't be opened.
pub fn trouble(entry: &Entry) -> String {
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
