//! Tests run SQL through one helper, and what many of them say has a name there.

use super::links::files;

/// `World`; and what makes the databases that it is told of, on a connection that lasts.
const HELPERS: [&str; 2] = ["tests/web/support/template.rs", "tests/web/support/world.rs"];

/// The beginnings of what runs SQL.
const RUNS: [&str; 6] =
    ["execute_unprep", "execute_r", "query_one_r", "query_all_r", "Statement::fr", "sqlx::qu"];

/// The beginnings of what `World` has names for.
const NAMED: [&str; 5] = [
    "\"SELECT id FROM users WHERE email = '",
    "\"UPDATE users SET operator = TRUE WHERE email = ",
    "\"UPDATE instance SET claimed_at = 1\"",
    "\"UPDATE sessions SET authenticated_at = NULL\"",
    "\"SELECT count(*) FROM sessions\"",
];

#[test]
fn only_the_world_runs_sql() {
    for (name, text) in tests() {
        let runs = RUNS.into_iter().find(|run| text.contains(run));
        assert!(runs.is_none(), "{name}: {runs:?}… belongs into `World`");
    }
}

#[test]
fn what_the_world_has_a_name_for_is_called_by_it() {
    for (name, text) in tests() {
        let said = NAMED.into_iter().find(|sql| text.contains(sql));
        assert!(said.is_none(), "{name}: {said:?}… has a name in `World`");
    }
}

/// All but the helpers, and this.
fn tests() -> impl Iterator<Item = (String, String)> {
    let is_helper = |name: &str| HELPERS.contains(&name) || name == "tests/house/world.rs";
    files("tests").into_iter().filter(move |(name, _)| !is_helper(name))
}
