//! A migration under way: one at a time, all or nothing.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use super::database::Db;
use super::schema_status::schema_status;

/// How long a migration waits for another instance that is migrating.
const LOCK_WAIT: Duration = Duration::from_mins(1);
/// Names the advisory lock under which PostgreSQL migrates; any fixed number serves.
const LOCK: i64 = 0x6761_7465_686f_7573;

/// A migration under way, on a connection of its own, which takes as long as it takes.
pub(super) struct Migration {
    pub(super) tx: DatabaseTransaction,
    connection: DatabaseConnection,
}

impl Migration {
    pub(super) async fn begin(db: &Db) -> anyhow::Result<Self> {
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
            forget_statements(&tx).await?;
        }
        refuse_newer(&tx).await?;
        Ok(Self { tx, connection })
    }

    pub(super) async fn commit(self) -> anyhow::Result<()> {
        if self.tx.get_database_backend() == DbBackend::Postgres {
            forget_statements(&self.tx).await?;
        }
        self.tx.commit().await?;
        Ok(self.connection.close().await?)
    }
}

/// Steps prepare statements under names that count from one. A pooler hands the connection on with those of a migration
/// before, or of this one, which would be in the way.
async fn forget_statements(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    tx.execute_unprepared("DEALLOCATE ALL").await.map(|_| ())
}

async fn refuse_newer(tx: &DatabaseTransaction) -> anyhow::Result<()> {
    match schema_status(tx).await?.refusal() {
        Some(sentence) => anyhow::bail!(sentence),
        None => Ok(()),
    }
}
