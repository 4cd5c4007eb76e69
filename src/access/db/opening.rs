//! Opening a database: the one that is named, as it can be had, and with the cause when it can't.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::{DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Error, Executor};
use tokio::time::{Instant, sleep, timeout};

use super::failure::{Fault, is_locked, is_of_the_disk, lacks_rights, late, passes};
use super::file::{DataFile, unwritable};
use super::pool::Pool;

/// Readers at once. More than this only queue for the two or four cores behind them.
const READERS: u32 = 4;
/// On PostgreSQL each waits for the network, too.
const POSTGRES_READERS: u32 = 8;
/// Writers at once on PostgreSQL; those of one organization wait for each other anyway.
const POSTGRES_WRITERS: u32 = 6;
/// How long a writer waits for another process's.
const BUSY: Duration = Duration::from_secs(5);
/// What tells whether a file can be written, or read. SQLite opens one that it may not write as if it might, and begins a
/// transaction on it; so something is written, and taken back.
const WRITES: &str = "BEGIN IMMEDIATE; PRAGMA user_version = 1; ROLLBACK";
const READS: &str = "SELECT count(*) FROM sqlite_master";
/// How long a server may take to accept a connection.
const ACCEPTING: Duration = Duration::from_secs(5);
/// How often a server that is not up is tried again, and how often the log says so.
const AGAIN: Duration = Duration::from_secs(1);
const SAY: Duration = Duration::from_secs(5);

/// Which database it is.
#[derive(Clone)]
pub(super) enum Source {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

/// A database that has been opened.
pub(super) struct Opened {
    pub read: Pool,
    pub write: Pool,
    /// Who asks whether it takes changes waits for nobody's row.
    pub pulse: Pool,
    /// Whether it can only be read, for now.
    pub is_only_read: bool,
}

impl Source {
    /// Reads an address.
    pub fn parse(url: &str) -> Result<Self, Error> {
        if !url.starts_with("sqlite:") {
            return Ok(Self::Postgres(PgConnectOptions::from_str(url)?.disable_statement_logging()));
        }
        let sqlite = SqliteConnectOptions::from_str(url)?;
        Ok(Self::Sqlite(sqlite.busy_timeout(BUSY).disable_statement_logging()))
    }

    pub fn backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    /// The file, once it is open.
    pub fn file(&self) -> Option<DataFile> {
        match self {
            Self::Sqlite(options) => DataFile::at(options.get_filename()),
            Self::Postgres(_) => None,
        }
    }

    /// What a failure says of it, and what to do about that.
    pub fn fault(&self, failure: &DbErr) -> Fault {
        let fault = Fault::of(failure);
        match self {
            Self::Sqlite(_) if is_of_the_disk(failure) => self.is_unwritable().unwrap_or(fault),
            Self::Postgres(options) if lacks_rights(failure) => {
                let role = options.get_username();
                let cure = format!("Make {role} the owner of the tables, or GRANT it all rights on them");
                Fault { cure, ..fault }
            }
            _ => fault,
        }
    }

    /// Why its file can't be written, if there is one and it can't.
    pub fn is_unwritable(&self) -> Option<Fault> {
        match self {
            Self::Sqlite(options) => unwritable(options.get_filename()),
            Self::Postgres(_) => None,
        }
    }

    /// Opens it. Connections are tried before any pool hides why they fail.
    pub async fn open(&self, patience: Duration) -> Result<Opened, Error> {
        match self {
            Self::Sqlite(options) => {
                let (reading, is_only_read) = readable(options).await?;
                let write = Pool::sqlite(writing(options), 1);
                Ok(Opened { read: Pool::sqlite(reading, READERS), pulse: write.clone(), write, is_only_read })
            }
            Self::Postgres(options) => {
                wait_for(options, patience).await?;
                Ok(Opened {
                    read: Pool::postgres(options.clone(), POSTGRES_READERS),
                    write: Pool::postgres(options.clone(), POSTGRES_WRITERS),
                    pulse: Pool::postgres(options.clone(), 1),
                    is_only_read: false,
                })
            }
        }
    }

    /// Readers of a file that can be written again.
    pub fn readers(&self) -> Pool {
        match self {
            Self::Sqlite(options) => Pool::sqlite(writing(options), READERS),
            Self::Postgres(options) => Pool::postgres(options.clone(), POSTGRES_READERS),
        }
    }

    /// The same that only reads, if need be.
    pub async fn reading_connection(&self) -> Result<DatabaseConnection, Error> {
        match self {
            Self::Sqlite(options) => unbounded(readable(options).await?.0).await,
            Self::Postgres(_) => self.connection().await,
        }
    }

    /// One connection, bounded by nobody.
    pub async fn connection(&self) -> Result<DatabaseConnection, Error> {
        Ok(match self {
            Self::Sqlite(options) => unbounded(writing(options)).await?,
            Self::Postgres(options) => {
                let pool = PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
                SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
            }
        })
    }
}

async fn unbounded(options: SqliteConnectOptions) -> Result<DatabaseConnection, Error> {
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// FULL: an answered change survives a power cut, too (P1).
fn writing(options: &SqliteConnectOptions) -> SqliteConnectOptions {
    let options = options.clone();
    options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
}

/// How the file can be read: as one that is written, too, or else as one that nobody writes; and whether it is the latter.
async fn readable(options: &SqliteConnectOptions) -> Result<(SqliteConnectOptions, bool), Error> {
    let written = writing(options);
    let Err(failure) = open_in_turn(&written.clone().create_if_missing(true), WRITES).await else {
        return Ok((written, false));
    };
    let only_read = options.clone().read_only(true);
    if open_in_turn(&only_read, READS).await.is_ok() {
        return Ok((only_read, true));
    }
    // Without a log there is nobody who writes: only then may SQLite take the file for unchanging.
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

/// Waits for a server that is being started, and tells the log for what.
async fn wait_for(options: &PgConnectOptions, patience: Duration) -> Result<(), Error> {
    let until = Instant::now() + patience;
    let mut say = Instant::now();
    loop {
        let failure = match timeout(ACCEPTING, options.connect()).await {
            Ok(Ok(connection)) => return connection.close().await,
            Ok(Err(failure)) => failure,
            Err(_) => late(),
        };
        if !passes(&failure) || Instant::now() >= until {
            return Err(failure);
        }
        if Instant::now() >= say {
            tracing::warn!("waiting for the database: it {}", Fault::caused_by(&failure).reason);
            say = Instant::now() + SAY;
        }
        sleep(AGAIN).await;
    }
}
