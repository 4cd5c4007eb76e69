//! Waiting for a PostgreSQL server that is not up yet.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection, Error};
use tokio::time::{Instant, sleep, timeout};

use super::failure::{late, passes};
use super::fault::Fault;

/// How long a server may take to accept a connection.
const ACCEPTING: Duration = Duration::from_secs(5);
/// How often a server that is not up is tried again, and how often the log says so.
const AGAIN: Duration = Duration::from_secs(1);
const SAY: Duration = Duration::from_secs(5);

/// Waits for a server that is being started, and tells the log for what. The way in which it lets us in.
pub(super) async fn wait_for(
    options: &PgConnectOptions,
    patience: Duration,
) -> Result<PgConnectOptions, Error> {
    let until = Instant::now() + patience;
    let mut say = Instant::now();
    loop {
        let failure = match timeout(ACCEPTING, let_in(options)).await {
            Ok(Ok(way)) => return Ok(way),
            Ok(Err(failure)) => failure,
            Err(_) => late(),
        };
        if !passes(&failure) || Instant::now() >= until {
            return Err(failure);
        }
        if Instant::now() >= say {
            tracing::warn!("waiting for the database, which {}", Fault::caused_by(&failure).reason);
            say = Instant::now() + SAY;
        }
        sleep(AGAIN).await;
    }
}

/// `allow` and `prefer` take either way, as in libpq: the other one where the server's rules (`pg_hba.conf`) refuse the
/// first. The driver knows one way for each.
async fn let_in(options: &PgConnectOptions) -> Result<PgConnectOptions, Error> {
    let with = |mode| options.clone().ssl_mode(mode);
    let (first, then) = match options.get_ssl_mode() {
        PgSslMode::Allow => (with(PgSslMode::Disable), with(PgSslMode::Prefer)),
        PgSslMode::Prefer => (options.clone(), with(PgSslMode::Disable)),
        _ => return try_out(options.clone()).await,
    };
    match try_out(first).await {
        Err(Error::Database(refusal)) if refusal.code().as_deref() == Some("28000") => try_out(then).await,
        outcome => outcome,
    }
}

async fn try_out(options: PgConnectOptions) -> Result<PgConnectOptions, Error> {
    options.connect().await?.close().await?;
    Ok(options)
}
