//! The connection to the database of the configuration.

use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use rustix::fs::{Access, access};

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
        refuse(&file, url)?;
        prepare(&file).with_context(|| format!("making {}", file.display()))?;
    }
    // The address may hold a password: the error must not.
    let db = Db::connect(url, patience).await;
    db.map_err(|fault| anyhow::anyhow!("the database of GATEHOUSE_DATABASE_URL {fault}"))
}

/// Refuses a file that is none, or that must not be made.
fn refuse(file: &Path, url: &str) -> anyhow::Result<()> {
    let (name, variable) = (file.display(), "GATEHOUSE_DATABASE_URL");
    anyhow::ensure!(!file.is_dir(), "{variable} names a folder, {name}. Name a file in it");
    let is_there = file.exists() || !config::sqlite_must_exist(url);
    anyhow::ensure!(is_there, "no database at {name}, and ?mode=rw in {variable} doesn't create one");
    Ok(())
}

/// Refuses an SQLite file that is not there and that no start could make.
///
/// # Errors
/// Why it can't be made.
pub fn refuse_unmakable(file: &Path, url: &str) -> anyhow::Result<()> {
    refuse(file, url)?;
    let folders =
        file.ancestors().skip(1).map(|path| if path == Path::new("") { Path::new(".") } else { path });
    let Some(folder) = folders.into_iter().find(|path| path.exists()) else { return Ok(()) };
    let place = format!("{} can't be made in {}", file.display(), folder.display());
    anyhow::ensure!(folder.is_dir(), "{place}, which isn't a folder");
    access(folder, Access::WRITE_OK | Access::EXEC_OK).context(place)
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
