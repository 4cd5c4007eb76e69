//! What PostgreSQL itself ends, so that it does not go on with what no one waits for: statements, waits for a lock,
//! transactions of a process that has stopped in the middle. And how often it plans a statement.

/// How often PostgreSQL plans a statement.
#[derive(Clone, Copy)]
pub(super) enum Planning {
    /// For the organization that it is about: one plan for all takes the largest for as small as most are.
    EachTime,
    /// Once, where one plan is right for all values; making it takes longer than carrying it out.
    Once,
}

impl Planning {
    fn mode(self) -> &'static str {
        match self {
            Self::EachTime => "plan_cache_mode = force_custom_plan",
            Self::Once => "plan_cache_mode = force_generic_plan",
        }
    }
}

fn settings(planning: Planning) -> [&'static str; 4] {
    [
        "statement_timeout = '9s'",
        "lock_timeout = '6s'",
        "idle_in_transaction_session_timeout = '20s'",
        planning.mode(),
    ]
}

/// Sets them for as long as the connection lasts.
pub(super) fn for_session(planning: Planning) -> String {
    settings(planning).map(|setting| format!("SET {setting}")).join("; ")
}

/// Begins a transaction and sets them until it ends: of a connection that others use next.
pub(super) fn begin_with_settings() -> String {
    let settings = settings(Planning::EachTime).map(|setting| format!("SET LOCAL {setting}"));
    format!("BEGIN; {}", settings.join("; "))
}
