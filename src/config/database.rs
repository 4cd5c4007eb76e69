//! Which database it is.

use std::path::PathBuf;

use secrecy::SecretString;

use super::error::{Result, problem};
use super::source::Source;

pub(super) fn database_url(source: &mut Source) -> Result<SecretString> {
    let url = source.secret("DATABASE_URL")?.unwrap_or_else(|| "sqlite://data/gatehouse.db".to_owned());
    if ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Ok(SecretString::from(url));
    }
    Err(problem("DATABASE_URL", "must begin with sqlite:// or postgres://"))
}

/// The path of an `sqlite://` URL, so that its folder can be made.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://")?;
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && !path.starts_with(':')).then(|| PathBuf::from(path))
}
