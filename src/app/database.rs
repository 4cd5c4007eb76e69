//! The connection to the database of the configuration.

use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use crate::config;
use crate::db::Db;

/// Opens the database at `url`.
///
/// # Errors
/// When it can't be reached, with the cause.
pub async fn connect(url: &str) -> anyhow::Result<Db> {
    connect_within(url, Duration::ZERO).await
}

/// The same; a server that is not up yet is waited for.
pub async fn connect_within(url: &str, patience: Duration) -> anyhow::Result<Db> {
    if let Some(file) = config::sqlite_path(url) {
        prepare(&file).with_context(|| format!("making {}", file.display()))?;
    }
    // The address may hold a password: the error must not.
    let db = Db::connect(url, patience).await;
    db.map_err(|fault| anyhow::anyhow!("the database of GATEHOUSE_DATABASE_URL {fault}"))
}

/// Makes an SQLite file and its folder for their owner's eyes only; SQLite gives its log the same mode.
fn prepare(file: &Path) -> std::io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file).map(|_| ())
}
