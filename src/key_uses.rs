//! How often keys have been fetched, counted in memory until it is written: a request that fetches a key writes nothing.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

/// Who has fetched whose key of which provider, in which hour.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyUse {
    pub organization: String,
    pub project: String,
    /// The token's id.
    pub token: String,
    pub provider: String,
    /// Whose key it was, as the API spells it.
    pub source: &'static str,
    /// Hours from the epoch.
    pub hour: i64,
}

/// How often, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub times: i64,
    pub last_at: DateTime<Utc>,
}

/// What has been counted and not been written yet.
#[derive(Default)]
pub struct KeyUses(Mutex<HashMap<KeyUse, Times>>);

/// The hour of a moment, from the epoch.
pub fn hour(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(3600)
}

impl KeyUses {
    /// Counts one more.
    pub fn count(&self, key_use: KeyUse, at: DateTime<Utc>) {
        self.add(key_use, Times { times: 1, last_at: at });
    }

    /// Counts as many more: those of what could not be written, too.
    pub fn add(&self, key_use: KeyUse, more: Times) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = uses.entry(key_use).or_insert(Times { times: 0, last_at: more.last_at });
        known.times += more.times;
        known.last_at = known.last_at.max(more.last_at);
    }

    /// What has been counted since this was asked last.
    pub fn take(&self) -> HashMap<KeyUse, Times> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    #[test]
    fn uses_of_one_hour_are_counted_together_and_taken_once() {
        let at = DateTime::UNIX_EPOCH;
        let text = str::to_owned;
        let used = |hour| KeyUse {
            organization: text("o"),
            project: text("p"),
            token: text("t"),
            provider: text("openai"),
            source: "organization",
            hour,
        };
        let uses = KeyUses::default();
        uses.count(used(1), at + Duration::seconds(9));
        uses.count(used(1), at);
        uses.count(used(2), at);
        let taken = uses.take();
        assert_eq!(taken.len(), 2);
        assert_eq!(taken[&used(1)], Times { times: 2, last_at: at + Duration::seconds(9) });
        assert!(uses.take().is_empty());
    }

    #[test]
    fn an_hour_is_counted_from_the_epoch() {
        assert_eq!(hour(DateTime::UNIX_EPOCH - Duration::seconds(1)), -1);
        assert_eq!(hour(DateTime::UNIX_EPOCH + Duration::seconds(3600)), 1);
    }
}
