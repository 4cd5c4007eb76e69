//! Waiting for a PostgreSQL server that is not up yet.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Error};
use tokio::time::{Instant, sleep, timeout};

use super::failure::{late, passes};
use super::fault::Fault;

/// How long a server may take to accept a connection.
const ACCEPTING: Duration = Duration::from_secs(5);
/// How often a server that is not up is tried again, and how often the log says so.
const AGAIN: Duration = Duration::from_secs(1);
const SAY: Duration = Duration::from_secs(5);

/// Waits for a server that is being started, and tells the log for what.
pub(super) async fn wait_for(options: &PgConnectOptions, patience: Duration) -> Result<(), Error> {
    let until = Instant::now() + patience;
    let mut say = Instant::now();
    loop {
        let failure = match timeout(ACCEPTING, options.connect()).await {
            Ok(Ok(connection)) => return connection.close().await,
            Ok(Err(failure)) => failure,
            Err(_) => late(),
        };
        if !passes(&failure) || Instant::now() >= until {
            return Err(failure);
        }
        if Instant::now() >= say {
            tracing::warn!("waiting for the database: it {}", Fault::caused_by(&failure).reason);
            say = Instant::now() + SAY;
        }
        sleep(AGAIN).await;
    }
}
