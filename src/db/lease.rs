//! A connection on loan. It goes back to its pool only if whatever was begun on it has ended well; in the middle of
//! something, or after an error that was not the statement's own, no one knows what state it is in, and it is closed.

use std::future::Future;

use sea_orm::{ExecResult, QueryResult, Statement};
use sea_query_sqlx::SqlxValues;
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection as _, Error, Executor, Postgres, Sqlite};
use tokio::time::{Instant, timeout_at};

use super::failure::{late, leaves_connection_sound};
use super::pooler::Behind;
use super::postgres_settings::begin_with_settings;

/// A connection of either database.
pub(super) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>, Behind),
}

/// Does the same on whichever connection it is.
macro_rules! on {
    ($lease:expr, $connection:ident => $does:expr) => {
        match &mut $lease.connection {
            Connection::Sqlite($connection) => $does,
            Connection::Postgres($connection, _) => $does,
        }
    };
}

/// A connection on loan from a pool.
pub(super) struct Lease {
    connection: Connection,
    is_busy: bool,
    has_failed: bool,
    begun: Begun,
}

/// What has been begun on a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begun {
    Nothing,
    Transaction,
    /// A transaction for a single statement: a caller that gives up in the middle leaves it open.
    Statement,
}

impl Lease {
    pub fn new(connection: Connection) -> Self {
        Self { connection, is_busy: false, has_failed: false, begun: Begun::Nothing }
    }

    /// Whether it may go back to its pool.
    pub fn is_sound(&self) -> bool {
        !self.is_busy && !self.has_failed && self.begun != Begun::Statement
    }

    /// Has it closed instead of going back: what failed has left something open.
    pub fn close(mut self) {
        self.has_failed = true;
    }

    /// Begins a transaction. On SQLite this takes the write lock at once: a deferred transaction that reads and then
    /// writes fails when another has written in between.
    pub async fn begin(&mut self, until: Instant) -> Result<(), Error> {
        let begin = match self.connection {
            Connection::Sqlite(_) => "BEGIN IMMEDIATE".to_owned(),
            Connection::Postgres(_, Behind::Server) => "BEGIN".to_owned(),
            Connection::Postgres(_, Behind::Pooler) => begin_with_settings(),
        };
        self.run(&begin, until).await?;
        if self.begun == Begun::Nothing {
            self.begun = Begun::Transaction;
        }
        Ok(())
    }

    /// The rows that a statement finds.
    pub async fn rows(&mut self, statement: &Statement, until: Instant) -> Result<Vec<QueryResult>, Error> {
        if self.needs_transaction() {
            self.begin_alone(until).await?;
            let rows = self.rows_here(statement, until).await;
            return self.end_after(rows, until).await;
        }
        self.rows_here(statement, until).await
    }

    /// What carrying out a statement came to.
    pub async fn execute(&mut self, statement: &Statement, until: Instant) -> Result<ExecResult, Error> {
        if self.needs_transaction() {
            self.begin_alone(until).await?;
            let result = self.execute_here(statement, until).await;
            return self.end_after(result, until).await;
        }
        self.execute_here(statement, until).await
    }

    /// Behind a pooler a statement may be prepared on one connection and carried out on another, unless a transaction
    /// holds both together.
    fn needs_transaction(&self) -> bool {
        self.is_behind_pooler() && self.begun == Begun::Nothing
    }

    fn is_behind_pooler(&self) -> bool {
        matches!(self.connection, Connection::Postgres(_, Behind::Pooler))
    }

    async fn begin_alone(&mut self, until: Instant) -> Result<(), Error> {
        self.begun = Begun::Statement;
        self.begin(until).await
    }

    /// Ends the transaction that a statement had for itself.
    async fn end_after<T>(&mut self, outcome: Result<T, Error>, until: Instant) -> Result<T, Error> {
        if !self.has_failed {
            self.run(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" }, until).await?;
            self.begun = Begun::Nothing;
        }
        outcome
    }

    async fn rows_here(&mut self, statement: &Statement, until: Instant) -> Result<Vec<QueryResult>, Error> {
        let keep = !self.is_behind_pooler();
        self.enter();
        let rows = on!(self, connection => within(until, async {
            let rows = sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), values(statement)).persistent(keep);
            Ok(rows.fetch_all(&mut **connection).await?.into_iter().map(QueryResult::from).collect())
        }).await);
        self.ended(rows)
    }

    async fn execute_here(&mut self, statement: &Statement, until: Instant) -> Result<ExecResult, Error> {
        let keep = !self.is_behind_pooler();
        self.enter();
        let result = on!(self, connection => within(until, async {
            let query = sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), values(statement)).persistent(keep);
            Ok(ExecResult::from(query.execute(&mut **connection).await?))
        }).await);
        self.ended(result)
    }

    /// Carries out text that has no parameters: `BEGIN`, `COMMIT`, several statements.
    pub async fn run(&mut self, sql: &str, until: Instant) -> Result<ExecResult, Error> {
        self.enter();
        let result = on!(self, connection => within(until, async {
            Ok(ExecResult::from(connection.execute(AssertSqlSafe(sql)).await?))
        }).await);
        self.ended(result)
    }

    /// Asks for a sign of life.
    pub async fn ping(&mut self, until: Instant) -> Result<(), Error> {
        self.enter();
        let alive = on!(self, connection => within(until, connection.ping()).await);
        self.ended(alive)
    }

    /// Nothing is trusted while it is under way: a caller that gives up in the middle leaves it so.
    fn enter(&mut self) {
        self.has_failed |= self.is_busy;
        self.is_busy = true;
    }

    fn ended<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        self.is_busy = false;
        self.has_failed |= outcome.as_ref().is_err_and(|error| !leaves_connection_sound(error));
        outcome
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.is_sound() {
            on!(self, connection => connection.close_on_drop());
        }
    }
}

async fn within<T>(until: Instant, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout_at(until, work).await.unwrap_or_else(|_| Err(late()))
}

fn values(statement: &Statement) -> SqlxValues {
    SqlxValues(statement.values.clone().unwrap_or_else(|| sea_orm::sea_query::Values(Vec::new())))
}
