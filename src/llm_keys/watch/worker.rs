//! The worker that looks after keys.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::alarms::raise_alarms;
use super::erasure::erase_removed;
use super::trying::{due, try_again};
use crate::authority::Services;
use crate::error::Result;

/// How often it looks.
const LOOK: Duration = Duration::from_secs(30);

/// Begins to watch.
pub fn start(services: Arc<Services>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            if let Err(error) = look(&services).await {
                tracing::warn!(%error, "LLM keys can't be looked after");
            }
            tokio::select! {
                () = services.key_alarms.woken() => {}
                () = sleep(LOOK) => {}
            }
        }
    })
}

async fn look(services: &Services) -> Result<()> {
    erase_removed(services).await?;
    raise_alarms(services).await?;
    let due = due(services).await?;
    for row in &due {
        try_again(services, row).await?;
    }
    if due.is_empty() { Ok(()) } else { raise_alarms(services).await }
}
