//! What PostgreSQL itself ends, so that it does not go on with what no one waits for: statements, waits for a lock,
//! transactions of a process that has stopped in the middle. And it plans statements for the organization that they are
//! about: one plan for all takes the largest for as small as most are.

const SETTINGS: [&str; 4] = [
    "statement_timeout = '9s'",
    "lock_timeout = '6s'",
    "idle_in_transaction_session_timeout = '20s'",
    "plan_cache_mode = force_custom_plan",
];

/// Sets them for as long as the connection lasts.
pub(super) fn for_session() -> String {
    SETTINGS.map(|setting| format!("SET {setting}")).join("; ")
}

/// Begins a transaction and sets them until it ends: of a connection that others use next.
pub(super) fn begin_with_settings() -> String {
    let settings = SETTINGS.map(|setting| format!("SET LOCAL {setting}"));
    format!("BEGIN; {}", settings.join("; "))
}
