//! The pools: who reads never waits for who writes, and no one waits for ever.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Error, Executor, PgPool, SqlitePool};
use tokio::time::{Instant, timeout_at};

use super::failure::late;
use super::lease::{Connection, Lease};
use super::pooler::Behind;
use super::postgres_settings::{Planning, for_session};

/// How long someone waits for a connection while all are in use.
const TURN: Duration = Duration::from_secs(3);
/// A connection that rested this long is asked whether it still stands: PostgreSQL may have been restarted.
const RESTED: Duration = Duration::from_secs(1);
/// The driver's own limit, behind ours.
const OPENING: Duration = Duration::from_secs(8);
/// Connections of one kind.
#[derive(Clone)]
pub(super) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool, Behind),
}

impl Pool {
    /// Up to `most` connections to SQLite, opened when they are needed.
    pub fn sqlite(options: SqliteConnectOptions, most: u32) -> Self {
        let pool = SqlitePoolOptions::new().max_connections(most).acquire_timeout(OPENING);
        Self::Sqlite(pool.test_before_acquire(false).connect_lazy_with(options))
    }

    /// Up to `most` connections to PostgreSQL, opened when they are needed.
    pub fn postgres(options: PgConnectOptions, most: u32, behind: Behind, planning: Planning) -> Self {
        let mut pool = PgPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(OPENING)
            .test_before_acquire(false)
            .before_acquire(|connection, state| {
                Box::pin(async move {
                    if state.idle_for >= RESTED {
                        sqlx::Connection::ping(connection).await?;
                    }
                    Ok(true)
                })
            });
        if behind == Behind::Server {
            pool = pool.after_connect(move |connection, _| {
                let settings = AssertSqlSafe(for_session(planning));
                Box::pin(async move { connection.execute(settings).await.map(|_| ()) })
            });
        }
        Self::Postgres(pool.connect_lazy_with(options), behind)
    }

    /// A connection, waited for a moment.
    pub async fn lease(&self, until: Instant) -> Result<Lease, Error> {
        let turn = until.min(Instant::now() + TURN);
        let connection = async {
            Ok(match self {
                Self::Sqlite(pool) => Connection::Sqlite(pool.acquire().await?),
                Self::Postgres(pool, behind) => Connection::Postgres(pool.acquire().await?, *behind),
            })
        };
        // Boxed: what connecting takes, 15 KB, would be moved with every question that finds a connection at hand.
        match timeout_at(turn, Box::pin(connection)).await {
            Ok(connection) => connection.map(Lease::new),
            Err(_) if self.is_exhausted() => Err(Error::PoolTimedOut),
            Err(_) => Err(late()),
        }
    }

    /// A connection that has just given a sign of life: others may have died with the one that failed.
    pub async fn fresh(&self, until: Instant) -> Result<Lease, Error> {
        loop {
            let mut lease = self.lease(until).await?;
            match lease.ping(until).await {
                Ok(()) => return Ok(lease),
                Err(error) if Instant::now() >= until => return Err(error),
                Err(_) => {}
            }
        }
    }

    fn is_exhausted(&self) -> bool {
        match self {
            Self::Sqlite(pool) => pool.num_idle() == 0 && pool.size() >= pool.options().get_max_connections(),
            Self::Postgres(pool, _) => {
                pool.num_idle() == 0 && pool.size() >= pool.options().get_max_connections()
            }
        }
    }

    /// Waits for the statements under way and closes the connections, which checkpoints SQLite's log.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool, _) => pool.close().await,
        }
    }
}
