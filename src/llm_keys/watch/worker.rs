//! The worker that looks after keys.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};

use super::alarms::raise_alarms;
use super::erasure::erase_removed;
use super::readable::Readable;
use super::trying::{CLAIM, due, try_again};
use crate::authority::Services;
use crate::entity::llm_key_health;
use crate::error::Result;
use crate::work;

/// How often it looks for keys whose time has come.
const LOOK: Duration = Duration::from_secs(5);
/// A key that an instance has left that is gone is tried by another within half a minute.
const _: () = assert!(CLAIM.num_seconds().cast_unsigned() + LOOK.as_secs() <= 30);
/// How often it looks for what is wrong, if nothing has been tried meanwhile, and for what is to be erased.
const ALARMS: Duration = Duration::from_secs(30);
/// Organizations whose keys are tried at once; those of one go one after the other.
const AT_ONCE: usize = 8;

/// Begins to watch.
pub fn start(services: Arc<Services>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut watch = Watch::new(services.clone());
        loop {
            if let Err(error) = watch.look().await {
                tracing::warn!(%error, "could not check the LLM keys");
            }
            tokio::select! {
                () = services.key_alarms.woken() => watch.look_at_once(),
                Some(ended) = watch.under_way.join_next_with_id() => watch.end(&ended),
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
    /// Whether a key was tried since then.
    has_tried: bool,
    /// When it erased last what was removed.
    erased_at: Option<Instant>,
    under_way: JoinSet<bool>,
    /// The organizations whose keys are being tried.
    organizations: HashMap<Id, String>,
    /// Those whose tries have failed, for a reason of ours, and until when they are left alone.
    resting: HashMap<String, Instant>,
}

impl Watch {
    fn new(services: Arc<Services>) -> Self {
        Self {
            services,
            readable: Readable::default(),
            alarms_at: None,
            has_tried: false,
            erased_at: None,
            under_way: JoinSet::new(),
            organizations: HashMap::new(),
            resting: HashMap::new(),
        }
    }

    fn look_at_once(&mut self) {
        (self.alarms_at, self.erased_at) = (None, None);
    }

    async fn look(&mut self) -> Result<()> {
        if self.erased_at.is_none_or(|at| at.elapsed() >= ALARMS) {
            self.erased_at = Some(Instant::now());
            erase_removed(&self.services).await?;
        }
        if self.alarms_at.is_none_or(|at| at.elapsed() >= ALARMS) {
            self.raise_alarms().await?;
        }
        self.begin_tries().await?;
        let is_time = self.under_way.is_empty() || self.alarms_at.is_none_or(|at| at.elapsed() >= LOOK);
        if self.has_tried && is_time { self.raise_alarms().await } else { Ok(()) }
    }

    async fn raise_alarms(&mut self) -> Result<()> {
        raise_alarms(&self.services, &mut self.readable).await?;
        self.alarms_at = Some(Instant::now());
        self.has_tried = false;
        Ok(())
    }

    /// Begins to try the keys that are due, and waits for none: a server that does not answer holds up the keys of its own
    /// organization alone.
    async fn begin_tries(&mut self) -> Result<()> {
        let free = AT_ONCE - self.under_way.len();
        if free == 0 {
            return Ok(());
        }
        let mut organizations: HashMap<String, Vec<llm_key_health::Model>> = HashMap::new();
        self.resting.retain(|_, until| *until > Instant::now());
        let others = self.organizations.values().chain(self.resting.keys());
        for row in due(&self.services, others).await? {
            organizations.entry(row.organization_id.clone()).or_default().push(row);
        }
        let mut waiting: Vec<_> = organizations.into_iter().collect();
        waiting.sort_by_key(|(_, rows)| rows.first().and_then(|row| row.next_test_at).map(|at| *at));
        for (organization, rows) in waiting.into_iter().take(free) {
            let tries = self.under_way.spawn(of_one(self.services.clone(), organization.clone(), rows));
            self.organizations.insert(tries.id(), organization);
        }
        Ok(())
    }

    fn end(&mut self, ended: &std::result::Result<(Id, bool), JoinError>) {
        let (id, went_well) = match ended {
            Ok((id, went_well)) => (*id, *went_well),
            Err(error) => (error.id(), false),
        };
        let organization = self.organizations.remove(&id);
        if let Some(organization) = organization.filter(|_| !went_well) {
            self.resting.insert(organization, Instant::now() + LOOK);
        }
        self.has_tried = true;
    }
}

async fn of_one(services: Arc<Services>, organization: String, rows: Vec<llm_key_health::Model>) -> bool {
    let tries = async {
        for row in &rows {
            try_again(&services, row).await?;
        }
        Ok(())
    };
    work::for_organization(&services, &organization, "Testing LLM keys", tries).await
}
