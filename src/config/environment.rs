//! The variables of the environment that are settings.

use std::ffi::OsString;

use super::error::{ConfigError, Result};
use crate::llm::catalog::PROVIDERS;

/// What begins the name of every setting in the environment.
pub(super) const PREFIX: &str = "GATEHOUSE_";

/// What clients call the token that they show, and the file that holds it: no settings, although they begin like some.
pub const OF_CLIENTS: [&str; 2] = ["GATEHOUSE_TOKEN", "GATEHOUSE_TOKEN_FILE"];

/// The variables of the environment that may be settings.
///
/// # Errors
/// When one of them is no text.
pub fn environment() -> Result<Vec<(String, String)>> {
    let ours = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok().filter(|name| setting(name).is_some() || is_shared(name))?;
        Some((name, value))
    });
    let read = |(variable, value): (String, OsString)| match value.into_string() {
        Ok(text) => Ok((variable, text)),
        Err(_) => Err(ConfigError { variable, problem: "is not UTF-8".to_owned() }),
    };
    ours.map(read).collect()
}

/// The name of a setting, without what begins all of them; none for other variables.
pub(super) fn setting(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX).filter(|_| !OF_CLIENTS.contains(&name))
}

pub(super) fn is_shared(name: &str) -> bool {
    let name = name.strip_suffix("_FILE").unwrap_or(name);
    PROVIDERS.iter().any(|provider| provider.variable == name)
}
