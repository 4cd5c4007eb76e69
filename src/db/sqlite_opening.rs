//! Opening an SQLite file: as one that is written, or else as one that can only be read.

use std::path::Path;
use std::time::Duration;

use sea_orm::{DatabaseConnection, SqlxSqliteConnector};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Error, Executor};
use tokio::time::{Instant, sleep};

use super::failure::is_locked;

/// How long a writer waits for another process's.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// What tells whether a file can be written, or read. SQLite opens one that it may not write as if it might, and begins a
/// transaction on it; so something is written, and taken back.
const WRITES: &str = "BEGIN IMMEDIATE; PRAGMA user_version = 1; ROLLBACK";
const READS: &str = "SELECT count(*) FROM sqlite_master";

pub(super) async fn unbounded(options: SqliteConnectOptions) -> Result<DatabaseConnection, Error> {
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// FULL: an answered change survives a power cut, too (P1). Each connection keeps 1 MB of the file; the system's own cache
/// has the rest. What is erased is overwritten with zeros.
pub(super) fn writing(options: &SqliteConnectOptions) -> SqliteConnectOptions {
    let options = options.clone().pragma("cache_size", "-1000").pragma("secure_delete", "ON");
    options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
}

/// How the file can be read: as one that is written, too, or else as one that no one writes; and whether it is the latter.
pub(super) async fn readable(options: &SqliteConnectOptions) -> Result<(SqliteConnectOptions, bool), Error> {
    let written = writing(options);
    let Err(failure) = open_in_turn(&written.clone().create_if_missing(true), WRITES).await else {
        return Ok((written, false));
    };
    let only_read = options.clone().read_only(true);
    if open_in_turn(&only_read, READS).await.is_ok() {
        return Ok((only_read, true));
    }
    // Without a log there is no one who writes: only then may SQLite take the file for unchanging.
    let mut log = options.get_filename().as_os_str().to_owned();
    log.push("-wal");
    if Path::new(&log).metadata().is_ok_and(|log| log.len() > 0) {
        return Err(failure);
    }
    let unchanging = only_read.immutable(true);
    open_in_turn(&unchanging, READS).await.map(|()| (unchanging, true)).map_err(|_| failure)
}

/// Opens an SQLite file. Switching a new one to WAL fails at once while another process does the same, however
/// long the busy timeout: so it is tried again.
async fn open_in_turn(options: &SqliteConnectOptions, tries: &'static str) -> Result<(), Error> {
    let patience = Instant::now() + BUSY;
    loop {
        match try_out(options, tries).await {
            Err(error) if is_locked(&error) && Instant::now() < patience => {
                sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn try_out(options: &SqliteConnectOptions, tries: &'static str) -> Result<(), Error> {
    let mut connection = options.connect().await?;
    let tried = connection.execute(tries).await;
    connection.close().await?;
    tried.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Set in `.cargo/config.toml`.
    #[tokio::test]
    async fn sqlite_keeps_the_plan_of_a_statement_whatever_is_bound() {
        let mut memory = SqliteConnectOptions::new().in_memory(true).connect().await.expect("SQLite");
        let options: Vec<String> =
            sqlx::query_scalar("PRAGMA compile_options").fetch_all(&mut memory).await.expect("options");
        assert!(options.contains(&"ENABLE_QPSG".to_owned()), "{options:?}");
    }
}
