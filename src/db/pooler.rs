//! Whether a pooler stands before PostgreSQL that gives each transaction another connection: pgbouncer with `pool_mode =
//! transaction`, and others of its kind. Nothing says so; but two connections that are both open are then seen to have
//! one backend, or one to have several.

use std::time::Duration;

use futures_util::future::try_join;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Error, Row};
use tokio::time::timeout;

use super::fault::Fault;

/// How often it is asked: others who use the pooler may have the backend at hand.
const ROUNDS: u32 = 4;
/// How long that may take. A pooler by session lets the second wait for the first, if it has one backend.
const PATIENCE: Duration = Duration::from_secs(8);

/// Whose connections those to PostgreSQL are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// Ours, until we close them: what was set or prepared stays.
    Server,
    /// Ours for a transaction each.
    Pooler,
}

/// What the connections are. Where it can't be told, a pooler's: what is right for those works with a server, too, if slower.
pub(super) async fn between(options: &PgConnectOptions) -> Behind {
    let unclear = match timeout(PATIENCE, shares_backends(options)).await {
        Ok(Ok(false)) => return Behind::Server,
        Ok(Ok(true)) => {
            tracing::info!(
                "a pooler gives each transaction another connection: statements are not kept prepared"
            );
            return Behind::Pooler;
        }
        Ok(Err(error)) => Fault::caused_by(&error).reason,
        Err(_) => format!("gave no answer on two connections within {} seconds", PATIENCE.as_secs()),
    };
    tracing::warn!(
        "can't tell whether a pooler gives each transaction another connection, because the database {unclear}: \
         statements are not kept prepared, which is slower. Restart once it answers"
    );
    Behind::Pooler
}

async fn shares_backends(options: &PgConnectOptions) -> Result<bool, Error> {
    let (mut one, mut other) = try_join(options.connect(), options.connect()).await?;
    let shares = share(&mut one, &mut other).await?;
    try_join(one.close(), other.close()).await?;
    Ok(shares)
}

/// Asks one after the other: who asks at the same time never gets the same backend.
async fn share(one: &mut PgConnection, other: &mut PgConnection) -> Result<bool, Error> {
    let at_first = backend(one).await?;
    for _ in 0..ROUNDS {
        if backend(other).await? == at_first || backend(one).await? != at_first {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The number of the process that serves this statement.
async fn backend(connection: &mut PgConnection) -> Result<i32, Error> {
    sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(connection).await?.try_get(0)
}
