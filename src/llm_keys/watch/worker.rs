//! The worker that looks after keys.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};

use super::alarms::raise_alarms;
use super::erasure::erase_removed;
use super::readable::Readable;
use super::trying::{due, try_again};
use crate::authority::Services;
use crate::entity::llm_key_health;
use crate::error::Result;
use crate::work;

/// How often it looks for keys whose time has come.
const LOOK: Duration = Duration::from_secs(5);
/// How often it looks for what is wrong, if nothing has been tried meanwhile.
const ALARMS: Duration = Duration::from_secs(30);
/// Organizations whose keys are tried at once; those of one go one after the other.
const AT_ONCE: usize = 8;

/// Begins to watch.
pub fn start(services: Arc<Services>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut watch = Watch { services: services.clone(), readable: Readable::default(), alarms_at: None };
        loop {
            if let Err(error) = watch.look().await {
                tracing::warn!(%error, "LLM keys can't be looked after");
            }
            tokio::select! {
                () = services.key_alarms.woken() => watch.alarms_at = None,
                () = sleep(LOOK) => {}
            }
        }
    })
}

struct Watch {
    services: Arc<Services>,
    readable: Readable,
    /// When it looked last for what is wrong; none when it has to look at once.
    alarms_at: Option<Instant>,
}

impl Watch {
    async fn look(&mut self) -> Result<()> {
        if self.alarms_at.is_none_or(|at| at.elapsed() >= ALARMS) {
            erase_removed(&self.services).await?;
            self.raise_alarms().await?;
        }
        let due = due(&self.services).await?;
        if due.is_empty() {
            return Ok(());
        }
        self.try_all(due).await;
        self.raise_alarms().await
    }

    async fn raise_alarms(&mut self) -> Result<()> {
        raise_alarms(&self.services, &mut self.readable).await?;
        self.alarms_at = Some(Instant::now());
        Ok(())
    }

    /// Tries these keys. A server that does not answer holds up the keys of its own organization alone.
    async fn try_all(&self, due: Vec<llm_key_health::Model>) {
        let mut organizations: HashMap<String, Vec<llm_key_health::Model>> = HashMap::new();
        for row in due {
            organizations.entry(row.organization_id.clone()).or_default().push(row);
        }
        let mut waiting = organizations.into_iter();
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < AT_ONCE
                && let Some((organization, rows)) = waiting.next()
            {
                under_way.spawn(of_one(self.services.clone(), organization, rows));
            }
            if under_way.join_next().await.is_none() {
                return;
            }
        }
    }
}

async fn of_one(services: Arc<Services>, organization: String, rows: Vec<llm_key_health::Model>) {
    let tries = async {
        for row in &rows {
            try_again(&services, row).await?;
        }
        Ok(())
    };
    work::for_organization(&services, &organization, "Testing LLM keys", tries).await;
}
