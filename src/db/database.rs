//! The database, opened, and its ways in.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use sqlx::Error;
use tokio::time::timeout;

use super::failure;
use super::fault::Fault;
use super::pulse::Pulse;
use super::reader::Reader;
use super::source::Source;
use super::transaction::Transaction;
use super::writer::Writer;

/// How long closing waits for statements under way.
const CLOSING: Duration = Duration::from_secs(10);

/// The database. On SQLite one connection writes and several read, so that writers queue in order instead of
/// starving each other; on PostgreSQL, too, who waits for a row keeps no one from reading.
#[derive(Clone)]
pub struct Db {
    pub(super) read: Reader,
    read_by_key: Reader,
    pub(super) write: Writer,
    pub(super) source: Source,
    pub(super) pulse: Pulse,
}

impl Db {
    /// Opens `sqlite://…` or `postgres://…`. An SQLite file is made if there is none; one that can only be read is
    /// opened for that. A server that is not up yet is waited for, as long as `patience` lasts.
    ///
    /// # Errors
    /// When the database can't be reached, with the cause.
    pub async fn connect(url: &str, patience: Duration) -> Result<Self, Fault> {
        let mut source = Source::parse(url).map_err(|failure| Fault::caused_by(&failure))?;
        let opened = source.open(patience).await;
        let opened = opened.map_err(|failure| source.fault(&failure::told(failure)))?;
        let read = Reader::new(opened.read, source.backend());
        let read_by_key = opened.read_by_key.map(|pool| Reader::new(pool, source.backend()));
        Ok(Self {
            read_by_key: read_by_key.unwrap_or_else(|| read.clone()),
            read,
            write: Writer::new(opened.write, source.backend(), source.file()),
            pulse: Pulse::new(source.clone(), opened.pulse, opened.is_only_read),
            source,
        })
    }

    /// The connection without any organization: for what happens before an organization is known (sign-in,
    /// start-up). A test lists the files that may call it.
    pub fn outside_any_organization(&self) -> &Reader {
        &self.read
    }

    /// The same for single statements that write: they queue with the other writers of this process.
    pub fn write_outside_any_organization(&self) -> &Writer {
        &self.write
    }

    /// Has what was erased leave the log of an SQLite file, too, as soon as no one reads there.
    ///
    /// # Errors
    /// When the database can't be written to.
    pub async fn empty_log(&self) -> Result<(), DbErr> {
        if self.write.get_database_backend() == DbBackend::Sqlite {
            self.write.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// The same for several that are done together or not at all.
    ///
    /// # Errors
    /// When the database can't be written to.
    pub async fn write_together_outside_any_organization(&self) -> Result<Transaction, DbErr> {
        self.begin().await
    }

    /// Begins to write.
    pub(crate) async fn begin(&self) -> Result<Transaction, DbErr> {
        let pool = self.write.pool().inspect_err(|error| self.pulse.note(error))?;
        Transaction::begin(pool, self.source.backend(), &self.pulse).await
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.read
    }

    /// For statements that find what they are about by a unique key: PostgreSQL plans each of them once.
    pub(crate) fn reader_by_key(&self) -> &Reader {
        &self.read_by_key
    }

    /// Waits for running statements and closes the pools, which checkpoints SQLite's log.
    pub async fn close(&self) {
        // What does not end in time has been answered as not done.
        let _ = timeout(CLOSING, async {
            self.read.pool().close().await;
            self.read_by_key.pool().close().await;
            self.write.close().await;
            self.pulse.close().await;
        })
        .await;
    }

    /// What SQLite finds wrong with its file; nothing of PostgreSQL, which looks after its files itself. Takes as long as
    /// reading the file takes.
    ///
    /// # Errors
    /// When the file can't be examined.
    pub async fn damage(&self) -> Result<Option<Fault>, DbErr> {
        if self.source.backend() != DbBackend::Sqlite {
            return Ok(None);
        }
        let connection = self.source.reading_connection().await.map_err(failure::told)?;
        let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check(1)");
        let found = connection.query_one_raw(check).await?;
        connection.close().await?;
        let found = found.map_or(Ok(String::new()), |row| row.try_get_by_index::<String>(0))?;
        Ok((found != "ok").then(|| Fault::damaged(&found)))
    }

    /// What a failure says of the database, and what to do about it.
    pub fn fault_of(&self, failure: &DbErr) -> Fault {
        self.source.fault(failure)
    }

    /// One that no pool bounds, for a migration.
    pub(super) async fn connection_of_its_own(&self) -> Result<DatabaseConnection, Error> {
        self.source.connection().await
    }
}
