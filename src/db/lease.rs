//! A connection on loan. It goes back to its pool only if whatever was begun on it has ended well; in the middle of
//! something, or after an error that was not the statement's own, nobody knows what state it is in, and it is closed.

use std::future::Future;

use sea_orm::{ExecResult, QueryResult, Statement};
use sea_query_sqlx::SqlxValues;
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection as _, Error, Executor, Postgres, Sqlite};
use tokio::time::{Instant, timeout_at};

use super::failure::{late, leaves_connection_sound};

/// A connection of either database.
pub(super) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Does the same on whichever connection it is.
macro_rules! on {
    ($lease:expr, $connection:ident => $does:expr) => {
        match &mut $lease.connection {
            Connection::Sqlite($connection) => $does,
            Connection::Postgres($connection) => $does,
        }
    };
}

/// A connection on loan from a pool.
pub(super) struct Lease {
    connection: Connection,
    is_busy: bool,
    has_failed: bool,
}

impl Lease {
    pub fn new(connection: Connection) -> Self {
        Self { connection, is_busy: false, has_failed: false }
    }

    /// Whether it may go back to its pool.
    pub fn is_sound(&self) -> bool {
        !self.is_busy && !self.has_failed
    }

    /// Has it closed instead of going back: what failed has left something open.
    pub fn close(mut self) {
        self.has_failed = true;
    }

    /// The rows that a statement finds.
    pub async fn rows(&mut self, statement: &Statement, until: Instant) -> Result<Vec<QueryResult>, Error> {
        self.begin();
        let rows = on!(self, connection => within(until, async {
            let rows = sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), values(statement));
            Ok(rows.fetch_all(&mut **connection).await?.into_iter().map(QueryResult::from).collect())
        }).await);
        self.ended(rows)
    }

    /// What carrying out a statement came to.
    pub async fn execute(&mut self, statement: &Statement, until: Instant) -> Result<ExecResult, Error> {
        self.begin();
        let result = on!(self, connection => within(until, async {
            let query = sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), values(statement));
            Ok(ExecResult::from(query.execute(&mut **connection).await?))
        }).await);
        self.ended(result)
    }

    /// Carries out text that has no parameters: `BEGIN`, `COMMIT`, several statements.
    pub async fn run(&mut self, sql: &str, until: Instant) -> Result<ExecResult, Error> {
        self.begin();
        let result = on!(self, connection => within(until, async {
            Ok(ExecResult::from(connection.execute(AssertSqlSafe(sql)).await?))
        }).await);
        self.ended(result)
    }

    /// Asks for a sign of life.
    pub async fn ping(&mut self, until: Instant) -> Result<(), Error> {
        self.begin();
        let alive = on!(self, connection => within(until, connection.ping()).await);
        self.ended(alive)
    }

    /// Nothing is trusted while it is under way: whoever gives up in the middle leaves it so.
    fn begin(&mut self) {
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
