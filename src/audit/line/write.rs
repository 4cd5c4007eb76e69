//! Writing a line, and what helps to type one.

use super::key::{KEYS, Key, TEXT};
use super::words::quoted;
use crate::audit::actions::{GROUPS, Group, offered};
use crate::audit::outcome::EventOutcome;
use crate::audit::query::EventQuery;
use crate::tenancy::Tenancy;

/// Writes a query as a line, the same one for the same query; its place in the log has no words.
pub fn write(query: &EventQuery) -> String {
    let fields = query.fields();
    let value = |key: &Key| match key.field {
        "to" => query.to.and_then(|day| day.succ_opt()).map(|day| day.to_string()),
        field => fields.get(field).cloned(),
    };
    let word = |key: &Key| match value(key)? {
        text if key.field == TEXT && !text.contains([':', '"']) => Some(text),
        value => Some(format!("{}:{}", key.name, quoted(&value))),
    };
    KEYS.iter().filter_map(word).collect::<Vec<_>>().join(" ")
}

/// What a word may begin with or be, for those who type.
pub fn offers(tenancy: Tenancy) -> impl Iterator<Item = String> {
    let keys = KEYS.iter().filter(|key| key.field != TEXT).map(|key| format!("{}:", key.name));
    let outcomes = EventOutcome::ALL.iter().map(|outcome| format!("outcome:{}", outcome.name()));
    let actions = move |group: &Group| {
        let names = offered(group, tenancy).map(|(name, _)| *name);
        std::iter::once(group.name).chain(names).map(|name| format!("action:{name}")).collect::<Vec<_>>()
    };
    keys.chain(outcomes).chain(GROUPS.iter().flat_map(actions))
}
