//! The card of a key: where it comes from, how it does, what can be done about it.

use chrono::{DateTime, Utc};

use super::wording::{doubt, note, source, status, trouble};
use crate::entity::{Timestamp, llm_key, llm_key_health};
use crate::llm_keys::KEPT;
use crate::llm_keys::list::Entry;
use crate::llm_keys::probe::Verdict;
use crate::llm_keys::resolution::Resolution;
use crate::web::Moment;

#[expect(clippy::struct_excessive_bools, reason = "what a card shows and lets one do")]
/// A card.
pub struct KeyCard {
    pub provider: String,
    pub label: String,
    pub icon: &'static str,
    pub status: &'static str,
    pub status_text: &'static str,
    pub has_since: bool,
    pub since: Moment,
    pub source: &'static str,
    pub source_text: &'static str,
    pub variable: &'static str,
    pub last_four: String,
    pub note: &'static str,
    pub doubt: String,
    pub trouble: String,
    pub set_by: String,
    pub set_at: Moment,
    pub base_url: String,
    pub tested: bool,
    pub tested_at: Moment,
    pub good: bool,
    pub result: String,
    pub has_good: bool,
    pub good_at: Moment,
    pub previous: bool,
    pub previous_last_four: String,
    pub previous_by: String,
    pub previous_at: Moment,
    pub can_test: bool,
    pub can_replace: bool,
    pub can_remove: bool,
    pub can_undo: bool,
    pub removed_at: Moment,
    pub erased_at: Moment,
}

/// The card of an entry as it is at `now`.
pub fn card(entry: &Entry, now: DateTime<Utc>) -> KeyCard {
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
