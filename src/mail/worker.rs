//! Delivers what is queued, a few mails at once, so that a slow server does not hold the others up.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::attempt::deliver;
use super::delivery_outcome::DeliveryOutcome;
use super::kind::Composer;
use super::outbox::Turn;
use super::schedule::CLAIM;
use super::{outbox, schedule};
use crate::authority::Services;
use crate::entity::outbox::Model;

/// Deliveries at once.
const AT_ONCE: usize = 4;
/// How often it looks for what another instance has queued, or what is due again.
const LOOK: Duration = Duration::from_secs(5);
/// What an instance has left that is gone goes out within half a minute.
const _: () = assert!(CLAIM.num_seconds().cast_unsigned() + LOOK.as_secs() <= 30);
/// How long deliveries under way may take once the process is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How soon it is tried again to write down what came of mails.
const AGAIN: Duration = Duration::from_secs(1);

/// A running worker.
pub struct Worker {
    task: JoinHandle<()>,
    stop: Arc<Notify>,
}

impl Worker {
    /// Begins to deliver; nothing to do without a server.
    pub fn start(services: Arc<Services>, composer: Arc<dyn Composer>) -> Option<Self> {
        services.mail.way.as_ref()?;
        let stop = Arc::new(Notify::new());
        let task = tokio::spawn(run(services, composer, stop.clone()));
        Some(Self { task, stop })
    }

    /// Begins no delivery any more and waits a little for those under way. What is cut off is taken up by another
    /// instance, or by the next start, when the claim on it runs out.
    pub async fn stop(self) {
        self.stop.notify_one();
        // A worker that has panicked has stopped.
        let _ = self.task.await;
    }
}

/// Deliveries under way, each with what will have come of it.
type UnderWay = JoinSet<Option<(Model, DeliveryOutcome)>>;

async fn run(services: Arc<Services>, composer: Arc<dyn Composer>, stop: Arc<Notify>) {
    let mut under_way = UnderWay::new();
    let (mut tried, mut turn) = (Vec::new(), Turn::default());
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Before anything else: what was sent and not written down is sent again after a crash.
        if settle(&services, &mut tried).await {
            begin(&services, &composer, &mut turn, &mut under_way).await;
        }
        tokio::select! {
            biased;
            () = stop.notified() => break,
            Some(next) = under_way.join_next(), if !under_way.is_empty() => collect(next, &mut under_way, &mut tried),
            () = services.mail.wake.notified(), if under_way.len() < AT_ONCE && tried.is_empty() => {}
            () = sleep(AGAIN), if !tried.is_empty() => {}
            _ = look.tick() => tidy(&services).await,
        }
    }
    let _ = timeout(GRACE, finish(&services, under_way, tried)).await;
    if let Some(way) = &services.mail.way {
        way.delivery.close().await;
    }
}

/// Takes what has come to an end together with `next`: it is written down at once.
fn collect(
    next: Result<Option<(Model, DeliveryOutcome)>, JoinError>,
    under_way: &mut UnderWay,
    tried: &mut Vec<(Model, DeliveryOutcome)>,
) {
    let others = std::iter::from_fn(|| under_way.try_join_next());
    tried.extend(std::iter::once(next).chain(others).flatten().flatten());
}

/// Waits for what is under way, and writes down what comes of it.
async fn finish(services: &Services, mut under_way: UnderWay, mut tried: Vec<(Model, DeliveryOutcome)>) {
    loop {
        while !settle(services, &mut tried).await {
            sleep(AGAIN).await;
        }
        let Some(next) = under_way.join_next().await else { return };
        collect(next, &mut under_way, &mut tried);
    }
}

/// Begins to deliver what is due.
async fn begin(
    services: &Arc<Services>,
    composer: &Arc<dyn Composer>,
    turn: &mut Turn,
    under_way: &mut UnderWay,
) {
    let free = AT_ONCE.saturating_sub(under_way.len());
    if free == 0 {
        return;
    }
    match outbox::claim(services, turn, free).await {
        Ok(mails) => mails.into_iter().for_each(|mail| {
            under_way.spawn(deliver(services.clone(), composer.clone(), mail));
        }),
        Err(error) => tracing::warn!(%error, "the outbox can't be read"),
    }
}

/// What is not done for any one mail.
async fn tidy(services: &Services) {
    if let Err(error) = schedule::bring_near(services).await {
        tracing::warn!(%error, "the outbox can't be looked through");
    }
    if let Some(way) = &services.mail.way {
        way.delivery.leave_idle().await;
    }
}

/// Without the recipient: the log is for operators, and the row knows whom it is for.
fn log(mail: &Model, outcome: &DeliveryOutcome) {
    let (id, attempts) = (mail.id.as_str(), mail.attempts);
    match outcome {
        DeliveryOutcome::Sent => tracing::info!(mail = id, attempts, "mail sent"),
        DeliveryOutcome::Cancelled => tracing::info!(mail = id, "mail not needed any more"),
        DeliveryOutcome::Retry { reason, next_at } => {
            tracing::warn!(mail = id, attempts, reason, next_at = %next_at.to_rfc3339(), "mail will be tried again");
        }
        DeliveryOutcome::Refused { reason } => tracing::warn!(mail = id, attempts, reason, "mail refused"),
    }
}

/// Writes down what came of tries; false while the database does not take it.
async fn settle(services: &Services, tried: &mut Vec<(Model, DeliveryOutcome)>) -> bool {
    if let Err(error) = outbox::settle(services, tried).await {
        tracing::warn!(mails = tried.len(), %error, "what came of mails is not written down yet");
        return false;
    }
    tried.drain(..).for_each(|(mail, outcome)| log(&mail, &outcome));
    true
}
