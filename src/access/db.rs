//! The connection to the database, private to `access`: everything else reads through a `Scope` and writes
//! through a `Change`.

use std::time::{Duration, Instant};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

/// Readers at once. More than this only queue for the two or four cores behind them.
const READERS: u32 = 4;
/// How long a migration waits for another instance that is migrating.
const MIGRATION_LOCK_WAIT: Duration = Duration::from_mins(1);
/// A connection that rested this long is asked whether it still stands: PostgreSQL may have been restarted.
const RESTED: Duration = Duration::from_secs(1);
/// How long a writer waits for another process's.
const BUSY: Duration = Duration::from_secs(5);
/// Names the advisory lock under which PostgreSQL migrates; any fixed number serves.
const MIGRATION_LOCK: i64 = 0x6761_7465_686f_7573;

/// The database. On SQLite one connection writes and several read, so that writers queue in order instead of
/// starving each other; on PostgreSQL both are the same pool.
#[derive(Clone)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

/// What `migrate status` tells.
pub struct SchemaStatus {
    /// Steps that have been applied, oldest first.
    pub applied: Vec<String>,
    /// Steps that this binary knows and the database has not.
    pub pending: Vec<String>,
    /// Steps that the database has and this binary does not know: a newer binary was here.
    pub unknown: Vec<String>,
}

impl SchemaStatus {
    /// Whether this binary and the database agree.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_empty()
    }

    /// A sentence that names both versions when the database is ahead of the binary.
    pub fn refusal(&self) -> Option<String> {
        let newest = self.unknown.last()?;
        let known = Migrator::migrations().last().map(|step| step.name().to_owned()).unwrap_or_default();
        Some(format!(
            "the database has schema {newest}, newer than this binary's {known} (gatehouse {}). \
             Run the newer gatehouse, or restore a backup made before the upgrade.",
            env!("CARGO_PKG_VERSION")
        ))
    }
}

impl Db {
    /// Opens `sqlite://…` or `postgres://…`. An SQLite file is made if there is none.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        if !url.starts_with("sqlite:") {
            let pool = Database::connect(options(url, READERS * 2)).await?;
            return Ok(Self { read: pool.clone(), write: pool });
        }
        let write = connect_in_turn(url, 1).await?;
        let read = connect_in_turn(url, READERS).await?;
        Ok(Self { read, write })
    }

    /// Brings the schema up to this binary's, in one transaction and under a lock: of several instances
    /// started together one migrates and the others wait.
    ///
    /// # Errors
    /// When the schema is newer than the binary, or a step fails; then nothing was changed.
    pub async fn migrate_up(&self) -> anyhow::Result<()> {
        let tx = self.begin_migration().await?;
        refuse_newer(&tx).await?;
        Migrator::up(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    /// Takes back the last `steps` steps, all or none.
    ///
    /// # Errors
    /// As [`Db::migrate_up`].
    pub async fn migrate_down(&self, steps: u32) -> anyhow::Result<()> {
        let tx = self.begin_migration().await?;
        refuse_newer(&tx).await?;
        Migrator::down(&tx, Some(steps)).await?;
        Ok(tx.commit().await?)
    }

    /// Which steps are applied, pending and unknown.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn schema_status(&self) -> Result<SchemaStatus, DbErr> {
        schema_status(&self.read).await
    }

    /// The connection without any organization: for what happens before an organization is known (sign-in,
    /// start-up). A test lists the files that may call it.
    pub fn outside_any_organization(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The same for single statements that write: they queue with the other writers of this process. Readers
    /// that write would only wait for one another without any order.
    pub fn write_outside_any_organization(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Begins to write. On SQLite this takes the write lock at once: a deferred transaction that reads and
    /// then writes fails when another has written in between.
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.write.begin_with_options(immediate()).await
    }

    pub(super) fn reader(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Waits for running statements and closes the pools, which checkpoints SQLite's log.
    pub async fn close(&self) {
        // A pool that fails to close has nothing left to lose: everything answered is committed.
        let _ = self.read.close_by_ref().await;
        let _ = self.write.close_by_ref().await;
    }

    async fn begin_migration(&self) -> Result<DatabaseTransaction, DbErr> {
        let sqlite = self.write.get_database_backend() == DbBackend::Sqlite;
        if sqlite {
            let wait = format!("PRAGMA busy_timeout = {}", MIGRATION_LOCK_WAIT.as_millis());
            self.write.execute_unprepared(&wait).await?;
        }
        let tx = self.write.begin_with_options(immediate()).await?;
        if sqlite {
            let wait = format!("PRAGMA busy_timeout = {}", BUSY.as_millis());
            tx.execute_unprepared(&wait).await?;
        } else {
            let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
            tx.execute_unprepared(&lock).await?;
        }
        Ok(tx)
    }
}

fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

/// Opens an SQLite file. Switching a new one to WAL fails at once while another process does the same, however
/// long the busy timeout: so it is tried again.
async fn connect_in_turn(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let patience = Instant::now() + BUSY;
    loop {
        match Database::connect(options(url, connections)).await {
            Err(error) if is_locked(&error) && Instant::now() < patience => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

/// `SQLITE_BUSY`, extended or not.
fn is_locked(error: &DbErr) -> bool {
    let DbErr::Conn(RuntimeErr::SqlxError(cause)) = error else { return false };
    let code = cause.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(8))
        .connect_timeout(Duration::from_secs(8))
        .test_before_acquire_if_idle_for(RESTED)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            // FULL: an answered change survives a power cut, too (P1).
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(BUSY)
        });
    options
}

async fn refuse_newer(tx: &DatabaseTransaction) -> anyhow::Result<()> {
    match schema_status(tx).await?.refusal() {
        Some(sentence) => anyhow::bail!(sentence),
        None => Ok(()),
    }
}

async fn schema_status<C: ConnectionTrait>(connection: &C) -> Result<SchemaStatus, DbErr> {
    let applied = applied_steps(connection).await?;
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    Ok(SchemaStatus {
        pending: known.iter().filter(|step| !applied.contains(step)).cloned().collect(),
        unknown: applied.iter().filter(|step| !known.contains(step)).cloned().collect(),
        applied,
    })
}

/// The steps on record; none when the database is new. Asks the catalogue first, because a failed query
/// would spoil a transaction on PostgreSQL.
async fn applied_steps<C: ConnectionTrait>(connection: &C) -> Result<Vec<String>, DbErr> {
    let backend = connection.get_database_backend();
    let catalogue = match backend {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE name = 'seaql_migrations'",
        _ => {
            "SELECT table_name FROM information_schema.tables
              WHERE table_name = 'seaql_migrations' AND table_schema = current_schema()"
        }
    };
    if connection.query_one_raw(Statement::from_string(backend, catalogue)).await?.is_none() {
        return Ok(Vec::new());
    }
    let steps = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = connection.query_all_raw(Statement::from_string(backend, steps)).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}
