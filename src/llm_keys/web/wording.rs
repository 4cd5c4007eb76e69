//! What a card says of a key.

use crate::entity::llm_key_health;
use crate::llm::Family;
use crate::llm_keys::list::Entry;
use crate::llm_keys::probe::Verdict;
use crate::llm_keys::resolution::Resolution;
use crate::vault::VaultError;

/// How it does: a name for style sheets, and words.
pub fn status(entry: &Entry) -> (&'static str, &'static str) {
    let verdict =
        entry.health.as_ref().and_then(llm_key_health::Model::finding).map(|finding| finding.verdict);
    match (entry.own(), verdict) {
        (Some(Resolution::Unreadable(_)), _) => ("attention", "Needs attention"),
        (None | Some(Resolution::Missing), _) => ("removed", "Removed"),
        (_, None) => ("untested", "Not tested"),
        (_, Some(verdict)) => tried(verdict),
    }
}

fn tried(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Valid => ("working", "Working"),
        Verdict::Restricted => ("limited", "Restricted"),
        Verdict::Unchecked => ("limited", "Key not checked"),
        Verdict::Unexplained => ("limited", "No reason given"),
        Verdict::RateLimited => ("limited", "Rate limited"),
        Verdict::Busy => ("limited", "Provider busy"),
        Verdict::OutOfRegion => ("limited", "Region not supported"),
        Verdict::OutOfCredit => ("failing", "Out of credit"),
        Verdict::Disabled => ("failing", "Disabled at the provider"),
        Verdict::Refused | Verdict::Unreachable | Verdict::Unrecognized => ("failing", "Failing"),
    }
}

/// Where it comes from, likewise.
pub fn source(entry: &Entry) -> (&'static str, &'static str) {
    match entry.own() {
        Some(Resolution::Environment(_)) => ("environment", "Environment"),
        Some(Resolution::Unreadable(_)) => ("unreadable", "Stored"),
        Some(Resolution::Project(_)) => ("project", "Stored"),
        Some(Resolution::Organization(_)) => ("organization", "Stored"),
        None | Some(Resolution::Missing) => ("none", ""),
    }
}

/// Which of two keys is used.
pub fn note(entry: &Entry) -> &'static str {
    if matches!(entry.resolution, Resolution::Project(_)) {
        return match entry.inherited {
            Some(Resolution::Organization(_)) => "Used in this project instead of the organization’s key.",
            Some(Resolution::Environment(_)) => "Used in this project instead of the environment’s key.",
            _ => "",
        };
    }
    match (entry.own(), entry.in_environment) {
        (Some(Resolution::Organization(_)), true) => "Stored key is used. Environment key is ignored.",
        (Some(Resolution::Unreadable(_)), true) => "The environment also has a key. It isn’t used instead.",
        _ => "",
    }
}

/// Whether it looks like another provider's.
pub fn doubt(entry: &Entry) -> String {
    let other =
        entry.own().and_then(Resolution::usable).and_then(|usable| usable.key.looks_like(&entry.provider));
    other.map(Family::sentence).unwrap_or_default()
}

/// Why it can't be opened.
pub fn trouble(entry: &Entry) -> String {
    match entry.own() {
        Some(Resolution::Unreadable(VaultError::KeyMissing(id))) => format!(
            "This key can't be decrypted: it was sealed with the master key “{id}”, which this server doesn’t have. \
             The server’s admin can restore it, or you can replace the key."
        ),
        Some(Resolution::Unreadable(_)) => {
            "This key can't be decrypted: it’s damaged, or was changed outside Gatehouse. Replace it."
                .to_owned()
        }
        _ => String::new(),
    }
}
