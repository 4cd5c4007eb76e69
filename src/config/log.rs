//! How to log.

use super::error::Result;
use super::source::Source;

/// How to log; readable before the rest, because the rest may fail.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// `tracing` filter directives.
    pub filter: String,
    pub json: bool,
}

/// Reads it.
///
/// # Errors
/// When a setting is malformed.
pub fn read(source: &mut Source) -> Result<LogConfig> {
    let filter = source.parsed("LOG", "info", |text| Ok(text.to_owned()))?;
    let json = source.parsed("LOG_FORMAT", "text", |text| match text {
        "text" => Ok(false),
        "json" => Ok(true),
        _ => Err("must be text or json".to_owned()),
    })?;
    Ok(LogConfig { filter, json })
}
