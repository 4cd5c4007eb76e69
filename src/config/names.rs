//! Which settings exist, and which one a name was meant to be.

use std::collections::BTreeMap;

use super::environment::PREFIX;
use super::error::{Result, problem};
use crate::llm::catalog::PROVIDERS;

/// Settings that exist once.
const SINGLE: [&str; 24] = [
    "ALLOWED_DOMAINS",
    "ALLOWED_EMAILS",
    "BASE_URL",
    "BIND",
    "BLOCKED_DOMAINS",
    "BLOCKED_EMAILS",
    "DATABASE_URL",
    "DATABASE_URL_FILE",
    "LOG",
    "LOG_FORMAT",
    "MAIL_FROM",
    "MASTER_KEY",
    "MASTER_KEY_FILE",
    "METRICS_BIND",
    "ORG_CREATORS",
    "OUTBOUND_ALLOW",
    "OWNER_EMAIL",
    "SIGN_IN_RATE",
    "SIGN_UP",
    "SMTP_HELLO_NAME",
    "SMTP_URL",
    "SMTP_URL_FILE",
    "TENANCY",
    "TRUSTED_PROXIES",
];

/// Settings of each identity provider: `PROVIDERS__<NAME>__…`.
const OF_PROVIDER: [&str; 8] =
    ["API_URL", "BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "ISSUER", "KIND", "LABEL"];

/// What other programs call a setting that has another name here.
pub(super) const ELSEWHERE: [(&str, &str); 13] = [
    ("ADDR", "BIND"),
    ("ADDRESS", "BIND"),
    ("DATABASE", "DATABASE_URL"),
    ("DATABASE_DSN", "DATABASE_URL"),
    ("DB", "DATABASE_URL"),
    ("DB_URL", "DATABASE_URL"),
    ("HOST", "BIND"),
    ("LISTEN", "BIND"),
    ("PORT", "BIND"),
    ("POSTGRES_URL", "DATABASE_URL"),
    ("PUBLIC_URL", "BASE_URL"),
    ("SECRET_KEY", "MASTER_KEY"),
    ("URL", "BASE_URL"),
];

/// How many letters may be wrong in a name that is still recognised.
const NEAR: usize = 4;

/// Whether any installation may have this setting. Names are in upper case.
pub(super) fn is_known(name: &str) -> bool {
    SINGLE.contains(&name) || like(name).iter().any(|known| known == name)
}

/// Refuses what is not a setting, and suggests what was meant. Before anything is read: a name that is misspelt is why
/// another one is missing.
pub(super) fn refuse_unknown(settings: &BTreeMap<String, String>) -> Result<()> {
    let Some(unknown) = settings.keys().find(|name| !is_known(name)) else { return Ok(()) };
    let cure = match meant(unknown) {
        Some(known) => format!("Did you mean {PREFIX}{known}?"),
        None => "See the README for the list".to_owned(),
    };
    Err(problem(unknown, &format!("is not a setting. {cure}")))
}

/// The setting that other programs call so, or whose letters are nearest.
fn meant(unknown: &str) -> Option<String> {
    let unknown = unknown.to_uppercase();
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == unknown);
    elsewhere.map(|(_, known)| (*known).to_owned()).or_else(|| nearest(&unknown))
}

fn nearest(unknown: &str) -> Option<String> {
    let letters = |name: &str| name.replace('_', "");
    let near = SINGLE
        .iter()
        .map(|known| (*known).to_owned())
        .chain(like(unknown))
        .map(|known| (strsim::damerau_levenshtein(&letters(&known), &letters(unknown)), known));
    let farthest = NEAR.min(letters(unknown).len() / 3);
    near.min().filter(|(distance, _)| *distance <= farthest).map(|(_, known)| known)
}

/// Settings of the group that a name seems to belong to, also where it has `_` instead of `__`, in upper case.
fn like(name: &str) -> Vec<String> {
    let name = name.to_uppercase();
    let addresses = PROVIDERS.iter().map(|provider| format!("LLM__{}__BASE_URL", provider.setting()));
    let rest = name.strip_prefix("PROVIDERS_").or_else(|| name.strip_prefix("PROVIDER_"));
    let Some(rest) = rest else { return addresses.collect() };
    let rest = rest.trim_start_matches('_');
    let group = match rest.split_once("__") {
        Some((group, _)) => group,
        None => OF_PROVIDER
            .iter()
            .filter_map(|field| rest.strip_suffix(field)?.strip_suffix('_'))
            .min_by_key(|group| group.len())
            .unwrap_or(rest.split('_').next().unwrap_or_default()),
    };
    OF_PROVIDER.iter().map(|field| format!("PROVIDERS__{group}__{field}")).collect()
}
