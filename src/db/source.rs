//! The database that is named, and whatever is opened of it.

use std::str::FromStr;
use std::time::Duration;

use sea_orm::{DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Error};

use super::failure::{is_of_the_disk, lacks_rights};
use super::fault::Fault;
use super::file::{DataFile, unwritable};
use super::pool::Pool;
use super::pooler;
use super::postgres_opening::wait_for;
use super::postgres_settings::Planning;
use super::sqlite_opening::{BUSY, readable, unbounded, writing};

/// Readers at once. More than this only queue for the two or four cores behind them.
const READERS: u32 = 4;
/// On PostgreSQL each waits for the network, too.
const POSTGRES_READERS: u32 = 8;
/// Those of them that read by unique keys alone, which takes no time.
const POSTGRES_READERS_BY_KEY: u32 = 2;
/// Writers at once on PostgreSQL; those of one organization wait for each other anyway.
const POSTGRES_WRITERS: u32 = 6;

/// Which database it is.
#[derive(Clone)]
pub(super) enum Source {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

/// A database that has been opened.
pub(super) struct Opened {
    pub read: Pool,
    /// For what unique keys find: none where that needs no connections of its own.
    pub read_by_key: Option<Pool>,
    pub write: Pool,
    /// Who asks whether it takes changes waits for no one's row.
    pub pulse: Pool,
    /// Whether it can only be read, for now.
    pub is_only_read: bool,
}

impl Source {
    /// Reads an address.
    pub fn parse(url: &str) -> Result<Self, Error> {
        if !url.starts_with("sqlite:") {
            return Ok(Self::Postgres(postgres(url)?));
        }
        let sqlite = SqliteConnectOptions::from_str(url)?;
        // What is sorted stays in memory: there may be no folder for temporary files.
        let sqlite = sqlite.busy_timeout(BUSY).pragma("temp_store", "MEMORY");
        Ok(Self::Sqlite(sqlite.disable_statement_logging()))
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
    pub async fn open(&mut self, patience: Duration) -> Result<Opened, Error> {
        match self {
            Self::Sqlite(options) => {
                let (reading, is_only_read) = readable(options).await?;
                let write = Pool::sqlite(writing(options), 1);
                let read = Pool::sqlite(reading, READERS);
                Ok(Opened { read, read_by_key: None, pulse: write.clone(), write, is_only_read })
            }
            Self::Postgres(options) => {
                *options = wait_for(options, patience).await?;
                let behind = pooler::between(options).await;
                let pool = |most, planning| Pool::postgres(options.clone(), most, behind, planning);
                Ok(Opened {
                    read: pool(POSTGRES_READERS - POSTGRES_READERS_BY_KEY, Planning::EachTime),
                    read_by_key: Some(pool(POSTGRES_READERS_BY_KEY, Planning::Once)),
                    write: pool(POSTGRES_WRITERS, Planning::EachTime),
                    pulse: pool(1, Planning::EachTime),
                    is_only_read: false,
                })
            }
        }
    }

    /// Readers of a file that can be written again.
    pub fn readers(&self) -> Option<Pool> {
        match self {
            Self::Sqlite(options) => Some(Pool::sqlite(writing(options), READERS)),
            Self::Postgres(_) => None,
        }
    }

    /// The same that only reads, if need be.
    pub async fn reading_connection(&self) -> Result<DatabaseConnection, Error> {
        match self {
            Self::Sqlite(options) => unbounded(readable(options).await?.0).await,
            Self::Postgres(_) => self.connection().await,
        }
    }

    /// One connection, bounded by no one.
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

/// As libpq does: a socket needs no TLS, whatever is said of it. Poolers don't take `extra_float_digits`, and numbers
/// travel in binary anyway.
fn postgres(url: &str) -> Result<PgConnectOptions, Error> {
    let options = PgConnectOptions::from_str(url)?.disable_statement_logging().extra_float_digits(None);
    let is_socket = options.get_socket().is_some() || options.get_host().starts_with('/');
    Ok(if is_socket { options.ssl_mode(PgSslMode::Disable) } else { options })
}
