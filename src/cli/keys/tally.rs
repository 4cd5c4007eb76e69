//! What is sealed with which key, told, and refused where something is left to do.

use crate::numbers::{grouped, values};
use crate::rotation::survey::{ColumnSurvey, Unreadable};

const VARIABLE: &str = "GATEHOUSE_MASTER_KEY";
/// How many of the values that can't be opened are named.
const NAMED: usize = 10;

/// A survey, and the keys that it was made with.
pub(super) struct Tally<'a> {
    pub(super) columns: Vec<ColumnSurvey>,
    pub(super) keys: Vec<&'a str>,
}

impl Tally<'_> {
    pub(super) fn print(&self) {
        for found in &self.columns {
            say!("{}.{}: {}", found.column.table, found.column.column, self.by_key(found));
        }
        for (table, value) in self.unreadable().take(NAMED) {
            say!("Can't be opened: {table} {}: {}", value.id, value.error);
        }
        say!("{}", self.verdict());
    }

    /// `60 values sealed with k2, 40 values with k1`.
    fn by_key(&self, found: &ColumnSurvey) -> String {
        let part = |(key, count): (&String, &u64)| match key.as_str() {
            "" => format!("{} that name no key", values(*count)),
            key if self.keys.contains(&key) => format!("{} sealed with {key}", values(*count)),
            key => format!("{} sealed with {key}, which is not in {VARIABLE}", values(*count)),
        };
        let parts: Vec<String> = found.by_key.iter().map(part).collect();
        if parts.is_empty() { "nothing sealed".to_owned() } else { parts.join("; ") }
    }

    /// Whether all is sealed with the first key, and which of the others may go.
    fn verdict(&self) -> String {
        let Some((first, older)) = self.keys.split_first() else { return String::new() };
        let others = self.total() - self.naming(first);
        let state = match (self.total(), others) {
            (0, _) => "Nothing is sealed yet.".to_owned(),
            (1, 0) => format!("The only value is sealed with {first}."),
            (total, 0) => format!("All {} are sealed with {first}.", values(total)),
            (total, _) => format!("{} of {} are not sealed with {first}.", grouped(others), values(total)),
        };
        let cure = if self.movable() > 0 { " Run `gatehouse keys rewrap`." } else { "" };
        let unused: Vec<&str> = older.iter().copied().filter(|key| self.naming(key) == 0).collect();
        if unused.is_empty() {
            return state + cure;
        }
        let unused = unused.join(" and ");
        format!(
            "{state}{cure} {unused} can be removed from {VARIABLE}.\n\
             Invites sent while {unused} came first must be resent then."
        )
    }

    pub(super) fn refuse_unreadable(&self) -> anyhow::Result<()> {
        let count = self.unreadable().count();
        let unnamed = count.saturating_sub(NAMED);
        let and_more = if unnamed > 0 { format!(" ({unnamed} are not named above)") } else { String::new() };
        anyhow::ensure!(
            count == 0,
            "{count} of {} can't be opened{and_more}: restore the missing key, or set these secrets again and remove the \
             old ones",
            values(self.total())
        );
        Ok(())
    }

    /// A server that seals with another key goes on doing so.
    pub(super) fn refuse_movable(&self) -> anyhow::Result<()> {
        let first = self.keys.first().copied().unwrap_or_default();
        anyhow::ensure!(
            self.movable() == 0,
            "{} not moved, because something was writing or a server still seals with another key than {first}. \
             Start every server with {first} in front, and run this again",
            values(self.movable())
        );
        Ok(())
    }

    fn total(&self) -> u64 {
        self.columns.iter().flat_map(|found| found.by_key.values()).sum()
    }

    /// How many values name `key`, damaged ones, too: a start without it would be refused.
    fn naming(&self, key: &str) -> u64 {
        self.columns.iter().filter_map(|found| found.by_key.get(key)).sum()
    }

    fn unreadable(&self) -> impl Iterator<Item = (&'static str, &Unreadable)> {
        self.columns.iter().flat_map(|found| found.unreadable.iter().map(|value| (found.column.table, value)))
    }

    /// How many values can be opened, and are not sealed with the first key.
    fn movable(&self) -> u64 {
        let first = self.keys.first().copied().unwrap_or_default();
        let stuck = self.unreadable().filter(|(_, value)| value.key != first).count();
        (self.total() - self.naming(first)).saturating_sub(stuck as u64)
    }
}
