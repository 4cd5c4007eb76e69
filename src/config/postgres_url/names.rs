//! Which parameters there are.

/// Those that the driver takes, by libpq's spelling.
const DRIVER: [&str; 13] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "statement-cache-capacity",
];

/// Other spellings that the driver takes.
const SPELLINGS: [(&str, &str); 5] = [
    ("ssl-mode", "sslmode"),
    ("ssl-root-cert", "sslrootcert"),
    ("ssl-ca", "sslrootcert"),
    ("ssl-cert", "sslcert"),
    ("ssl-key", "sslkey"),
];

/// What libpq and poolers know, and the driver passes over, as it always has.
const FOREIGN: [&str; 24] = [
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "connection_limit",
    "gssencmode",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "passfile",
    "pgbouncer",
    "pool_timeout",
    "replication",
    "requirepeer",
    "schema",
    "service",
    "sslcrl",
    "sslnegotiation",
    "sslpassword",
    "target_session_attrs",
    "tcp_user_timeout",
];

/// How many letters may be wrong in a name that is still recognised.
const NEAR: usize = 2;

/// What a name stands for.
pub(super) enum Known<'a> {
    /// What the driver takes, in libpq's spelling.
    Driver(&'a str),
    /// `ssl=true`, which becomes an `sslmode`.
    Ssl,
    /// What is passed over.
    Foreign,
}

/// What a name stands for.
///
/// # Errors
/// A sentence with the known name that an unknown one looks like. Not with the unknown one: it may be the rest of a
/// password.
pub(super) fn known(name: &str) -> Result<Known<'_>, String> {
    let spelling = SPELLINGS.iter().find(|(other, _)| *other == name);
    match spelling.map_or(name, |(_, name)| name) {
        "ssl" => Ok(Known::Ssl),
        name if DRIVER.contains(&name) || name.starts_with("options[") => Ok(Known::Driver(name)),
        name if FOREIGN.contains(&name) => Ok(Known::Foreign),
        name => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> String {
    let near = DRIVER.iter().map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    match near.filter(|(distance, _)| *distance <= NEAR) {
        Some((_, known)) => format!("has a parameter that is unknown. Did you mean `{known}`?"),
        None => format!("has a parameter that is unknown. Known are {}", DRIVER.join(", ")),
    }
}
