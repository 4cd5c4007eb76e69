//! The card of a key: where it comes from, how it does, what can be done about it.

use chrono::{DateTime, Utc};

use super::wording::{doubt, note, source, status, trouble};
use crate::entity::{llm_key, llm_key_health};
use crate::llm_keys::KEPT;
use crate::llm_keys::list::Entry;
use crate::llm_keys::probe::{Standing, Verdict};
use crate::llm_keys::resolution::Resolution;
use crate::llm_keys::uses::LastUse;
use crate::web::Moment;

/// A card.
pub struct KeyCard {
    pub provider: String,
    pub label: String,
    pub icon: &'static str,
    pub status: &'static str,
    pub status_text: &'static str,
    pub failing_since: Option<Moment>,
    pub source: &'static str,
    pub source_text: &'static str,
    /// The environment's variable that it comes from; empty for a stored key.
    pub variable: &'static str,
    pub last_four: String,
    pub note: &'static str,
    pub doubt: String,
    pub trouble: String,
    pub stored: Option<Stored>,
    pub test: Option<TestResult>,
    pub previous: Option<Previous>,
    pub can_test: bool,
    pub can_undo: bool,
    pub removed_at: Moment,
    pub erased_at: Moment,
    /// Who has fetched it last.
    pub used: Option<Used>,
}

/// What is known of a stored key.
pub struct Stored {
    pub by: String,
    pub at: Moment,
    /// Empty where everyone has the same.
    pub base_url: String,
}

/// What the last test has found.
pub struct TestResult {
    pub at: Moment,
    /// How it looks: `good`, `open` or `bad`.
    pub standing: &'static str,
    pub sentence: String,
    /// When the key was last known to be good, where this test doesn't say so.
    pub good_at: Option<Moment>,
}

/// The key before this one.
pub struct Previous {
    pub last_four: String,
    pub by: String,
    pub replaced_at: Moment,
}

/// Who has fetched a key, and when.
pub struct Used {
    pub by: String,
    pub at: Moment,
}

impl KeyCard {
    /// Whether nothing is left of it but what can be undone.
    pub fn is_removed(&self) -> bool {
        self.status == "removed"
    }

    /// The icon of how it does.
    pub fn status_icon(&self) -> &'static str {
        match self.status {
            "working" => "check",
            "failing" => "alert",
            "limited" => "info",
            "attention" => "warning",
            "removed" => "x",
            _ => "clock",
        }
    }

    /// Where the stored key is sent, where that differs.
    pub fn address(&self) -> &str {
        self.stored.as_ref().map_or("", |stored| &stored.base_url)
    }

    /// What the link says that leads to the form.
    pub fn replace(&self) -> &'static str {
        match (self.source, self.status) {
            ("environment", _) => "Store a key",
            (_, "removed") => "Set another",
            _ => "Replace",
        }
    }

    /// What the same link is about.
    pub fn replaced(&self) -> String {
        match (self.source, self.status) {
            ("environment", _) => format!("for {}", self.label),
            (_, "removed") => format!("key for {}", self.label),
            _ => self.label.clone(),
        }
    }
}

impl Stored {
    fn of(row: &llm_key::Model, now: DateTime<Utc>) -> Self {
        let base_url = row.base_url.clone().unwrap_or_default();
        Self { by: row.set_by_name.clone(), at: Moment::new(*row.updated_at, now), base_url }
    }
}

impl TestResult {
    /// The icon of how it looks.
    pub fn icon(&self) -> &'static str {
        match self.standing {
            "good" => "check",
            "bad" => "alert",
            _ => "info",
        }
    }

    fn of(health: &llm_key_health::Model, now: DateTime<Utc>) -> Option<Self> {
        let finding = health.finding()?;
        let is_good = finding.verdict.standing() == Standing::Accepted;
        Some(Self {
            at: Moment::new(health.tested_at.map_or(now, |at| *at), now),
            standing: standing(finding.verdict),
            sentence: finding.sentence,
            good_at: health.good_at.filter(|_| !is_good).map(|at| Moment::new(*at, now)),
        })
    }
}

impl Previous {
    fn of(row: &llm_key::Model, now: DateTime<Utc>) -> Self {
        Self {
            last_four: row.last_four.clone(),
            by: row.set_by_name.clone(),
            replaced_at: Moment::new(row.replaced_at.map_or(now, |at| *at), now),
        }
    }
}

impl Used {
    fn of(last: &LastUse, now: DateTime<Utc>) -> Self {
        Self { by: format!("{} ({})", last.token, last.project), at: Moment::new(last.at, now) }
    }
}

/// The card of an entry as it is at `now`.
pub fn card(entry: &Entry, last: Option<&LastUse>, now: DateTime<Utc>) -> KeyCard {
    let (status, status_text) = status(entry);
    let (source, source_text) = source(entry);
    let health = entry.health.as_ref().filter(|_| entry.own().is_some());
    let removed_at = entry.removed.as_ref().and_then(|row| row.removed_at).map_or(now, |at| *at);
    KeyCard {
        provider: entry.provider.id().to_owned(),
        label: entry.label.clone(),
        icon: entry.provider.icon(),
        status,
        status_text,
        failing_since: health.and_then(|health| health.failing_since).map(|at| Moment::new(*at, now)),
        source,
        source_text,
        variable: variable(entry),
        last_four: last_four(entry),
        note: note(entry),
        doubt: doubt(entry),
        trouble: trouble(entry),
        stored: entry.present.as_ref().map(|row| Stored::of(row, now)),
        test: health.and_then(|health| TestResult::of(health, now)),
        previous: entry.previous.as_ref().map(|row| Previous::of(row, now)),
        can_test: entry.own().and_then(Resolution::usable).is_some(),
        can_undo: entry.present.is_none() && entry.removed.is_some(),
        removed_at: Moment::new(removed_at, now),
        erased_at: Moment::until(removed_at + KEPT, now),
        used: last.map(|last| Used::of(last, now)),
    }
}

fn standing(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "good",
        verdict if verdict.standing() == Standing::Failing => "bad",
        _ => "open",
    }
}

fn variable(entry: &Entry) -> &'static str {
    match entry.own() {
        Some(Resolution::Environment(_)) => entry.provider.known().map_or("", |known| known.variable),
        _ => "",
    }
}

fn last_four(entry: &Entry) -> String {
    let used = entry.own().and_then(Resolution::usable).map(|usable| usable.key.last_four());
    let stored = entry.present.as_ref().or(entry.removed.as_ref()).map(|row| row.last_four.as_str());
    used.or(stored).unwrap_or_default().to_owned()
}
