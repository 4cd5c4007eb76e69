//! Which database it is.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use super::error::{Result, problem};
use super::source::Source;
use super::{postgres_url, sqlite_url};

/// The address of the database in the form that the driver reads as it was meant.
pub(super) fn database_url(source: &mut Source) -> Result<SecretString> {
    let url = source.secret("DATABASE_URL")?.unwrap_or_else(|| "sqlite://data/gatehouse.db".to_owned());
    canonical(&url, |variable| std::env::var(variable).ok()).map(SecretString::from)
}

/// # Errors
/// A sentence that holds nothing of the address, for that has a password in it.
pub(super) fn canonical(url: &str, environment: impl Fn(&str) -> Option<String>) -> Result<String> {
    let wrong = |sentence: &str| problem("DATABASE_URL", sentence);
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    match scheme.to_ascii_lowercase().as_str() {
        "sqlite" => sqlite_url::canonical(rest).map_err(|sentence| wrong(&sentence)),
        "postgres" | "postgresql" => postgres_url::canonical(rest, environment),
        _ => Err(wrong("must begin with sqlite:// or postgres://")),
    }
}

/// The path of an `sqlite://` URL, so that its folder can be made.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://")?;
    let path = path.split('?').next().unwrap_or(path);
    Some(PathBuf::from(percent_decode_str(path).decode_utf8_lossy().into_owned()))
}

/// Whether the file of an `sqlite://` URL is not made where there is none: `?mode=rw`.
pub fn sqlite_must_exist(url: &str) -> bool {
    url.ends_with(sqlite_url::MUST_EXIST)
}
