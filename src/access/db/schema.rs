//! The schema: which steps the database has, and the way up and down.

use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};

use super::Db;

/// How long a migration waits for another instance that is migrating.
const LOCK_WAIT: Duration = Duration::from_mins(1);
/// Names the advisory lock under which PostgreSQL migrates; any fixed number serves.
const LOCK: i64 = 0x6761_7465_686f_7573;

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
    /// Brings the schema up to this binary's, in one transaction and under a lock: of several instances
    /// started together one migrates and the others wait. A schema that is current is not written to, so that a
    /// database that only reads can be served.
    ///
    /// # Errors
    /// When the schema is newer than the binary, or a step fails; then nothing was changed.
    pub async fn migrate_up(&self) -> anyhow::Result<()> {
        if self.schema_status().await?.is_current() {
            return Ok(());
        }
        let migration = Migration::begin(self).await?;
        Migrator::up(&migration.tx, None).await?;
        migration.commit().await
    }

    /// Takes back the last `steps` steps, all or none.
    ///
    /// # Errors
    /// As [`Db::migrate_up`].
    pub async fn migrate_down(&self, steps: u32) -> anyhow::Result<()> {
        let migration = Migration::begin(self).await?;
        Migrator::down(&migration.tx, Some(steps)).await?;
        migration.commit().await
    }

    /// Which steps are applied, pending and unknown.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn schema_status(&self) -> Result<SchemaStatus, DbErr> {
        schema_status(self.outside_any_organization()).await
    }
}

/// A migration under way, on a connection of its own, which takes as long as it takes.
struct Migration {
    tx: DatabaseTransaction,
    connection: DatabaseConnection,
}

impl Migration {
    async fn begin(db: &Db) -> anyhow::Result<Self> {
        let connection = db.connection_of_its_own().await?;
        let is_sqlite = connection.get_database_backend() == DbBackend::Sqlite;
        let wait = LOCK_WAIT.as_millis();
        if is_sqlite {
            connection.execute_unprepared(&format!("PRAGMA busy_timeout = {wait}")).await?;
        }
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = connection.begin_with_options(immediate).await?;
        if !is_sqlite {
            // For this transaction only: a pooler may hand the connection on.
            let patience = format!("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = {wait}");
            tx.execute_unprepared(&patience).await?;
            tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
        }
        refuse_newer(&tx).await?;
        Ok(Self { tx, connection })
    }

    async fn commit(self) -> anyhow::Result<()> {
        self.tx.commit().await?;
        Ok(self.connection.close().await?)
    }
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
        // Not `information_schema`, which hides what this role may not use.
        _ => "SELECT 1 FROM pg_tables WHERE tablename = 'seaql_migrations' AND schemaname = current_schema()",
    };
    if connection.query_one_raw(Statement::from_string(backend, catalogue)).await?.is_none() {
        return Ok(Vec::new());
    }
    let steps = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = connection.query_all_raw(Statement::from_string(backend, steps)).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}
