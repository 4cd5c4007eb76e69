//! A transaction that is what it says: begun outermost, bounded in time, and durable once [`Transaction::commit`] has
//! said so (rule P1).
//!
//! `BEGIN`, `COMMIT` and `ROLLBACK` are plain statements here. The driver's own transactions count their depth, and an
//! error that SQLite has answered by rolling back leaves the count too high: every later one would then be a savepoint
//! inside a transaction that no one ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sqlx::Error;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::failure::{is_cut_off, is_late, may_be_in_the_log, told};
use super::lease::Lease;
use super::pool::Pool;
use super::pulse::Pulse;
use crate::error;

/// How long a change may take, with the wait for its turn.
pub(super) const WRITING: Duration = Duration::from_secs(8);
/// How long a rollback may take before the connection is closed instead.
const ROLLBACK: Duration = Duration::from_secs(2);

/// A transaction; dropped without a commit, nothing happened.
pub struct Transaction {
    /// None once it has ended.
    lease: Mutex<Option<Lease>>,
    pub(super) pool: Pool,
    pulse: Pulse,
    pub(super) backend: DbBackend,
    until: Instant,
    /// A statement of it has failed: PostgreSQL would answer `COMMIT` with a rollback, and call that done.
    has_failed: AtomicBool,
}

impl Transaction {
    /// Begins one.
    pub(super) async fn begin(pool: &Pool, backend: DbBackend, pulse: &Pulse) -> Result<Self, DbErr> {
        let until = Instant::now() + WRITING;
        let begun = Self::begun(pool, until).await.map_err(told);
        let lease = Mutex::new(Some(begun.inspect_err(|error| pulse.note(error))?));
        let (pool, pulse) = (pool.clone(), pulse.clone());
        Ok(Self { lease, pool, pulse, backend, until, has_failed: AtomicBool::new(false) })
    }

    /// A connection may have died while it rested; nothing has happened on it yet.
    async fn begun(pool: &Pool, until: Instant) -> Result<Lease, Error> {
        let mut lease = pool.lease(until).await?;
        let begun = lease.begin(until).await;
        if begun.as_ref().is_err_and(|error| is_cut_off(error) && !is_late(error)) {
            lease = pool.fresh(until).await?;
            lease.begin(until).await?;
        } else {
            begun?;
        }
        Ok(lease)
    }

    /// Makes it durable. `witness` is the id of an event that it has written: by that it can be known again.
    ///
    /// # Errors
    /// [`error::Error::Database`] when nothing was saved; [`error::Error::OutcomeUnknown`] when no one can tell.
    pub async fn commit(self, witness: Option<&str>) -> error::Result<()> {
        if self.has_failed.load(Ordering::Relaxed) {
            return Err(DbErr::Custom("a statement of this transaction has failed".to_owned()).into());
        }
        let number = self.number().await?;
        let connection = self.lease.lock().await.take().filter(Lease::is_sound);
        let mut connection = connection.ok_or_else(ended)?;
        let until = self.until.max(Instant::now() + ROLLBACK);
        let Err(failure) = connection.run("COMMIT", until).await else { return Ok(()) };
        connection.close();
        let is_known = match number {
            Some(number) if is_cut_off(&failure) => match self.became_of(number, witness).await {
                Some(true) => return Ok(()),
                known => known.is_some(),
            },
            _ => !is_cut_off(&failure) && !may_be_in_the_log(&failure),
        };
        let failure = told(failure);
        self.pulse.note(&failure);
        Err(if is_known { failure.into() } else { error::Error::OutcomeUnknown(failure) })
    }

    /// Does something on the connection, and notes whether it failed.
    async fn on<T>(&self, does: impl AsyncFnOnce(&mut Lease) -> Result<T, Error>) -> Result<T, DbErr> {
        let mut lease = self.lease.lock().await;
        let connection = lease.as_mut().ok_or_else(ended)?;
        let outcome = does(connection).await;
        outcome.map_err(told).inspect_err(|error| {
            self.has_failed.store(true, Ordering::Relaxed);
            self.pulse.note(error);
        })
    }
}

fn ended() -> DbErr {
    DbErr::Custom("the transaction has ended".to_owned())
}

impl Drop for Transaction {
    /// Rolls back behind the back of a caller that has gone; the next in turn waits for it. What can't be rolled back
    /// is closed.
    fn drop(&mut self) {
        let Some(mut lease) = self.lease.get_mut().take().filter(Lease::is_sound) else { return };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = lease.run("ROLLBACK", Instant::now() + ROLLBACK).await {
                    tracing::debug!(%error, "a connection is closed because its transaction can't be rolled back");
                }
            });
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.on(async |lease| lease.execute(&statement, self.until).await).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.on(async |lease| lease.run(sql, self.until).await).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.on(async |lease| lease.rows(&statement, self.until).await).await
    }
}
