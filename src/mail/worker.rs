//! Delivers what is queued, a few mails at once, so that a slow server doesn't delay the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::delivery_outcome::DeliveryOutcome;
use super::kind::Composer;
use super::outbox::Turn;
use super::schedule::CLAIM;
use super::under_way::UnderWay;
use super::{outbox, schedule};
use crate::authority::Services;
use crate::entity::outbox::Model;

/// How often it looks for mails that another instance has queued, or that are due again.
const LOOK: Duration = Duration::from_secs(5);
/// What a crashed instance has left is sent within 30 seconds.
const _: () = assert!(CLAIM.num_seconds().cast_unsigned() + LOOK.as_secs() <= 30);
/// How long deliveries under way can take once the process is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How soon results are saved again after that failed.
const AGAIN: Duration = Duration::from_secs(1);

/// A running worker.
pub struct Worker {
    task: JoinHandle<()>,
    stop: Arc<Notify>,
}

impl Worker {
    /// Starts to deliver; none without a mail server.
    pub fn start(services: Arc<Services>, composer: Arc<dyn Composer>) -> Option<Self> {
        services.mail.way.as_ref()?;
        let stop = Arc::new(Notify::new());
        let task = tokio::spawn(run(services, composer, stop.clone()));
        Some(Self { task, stop })
    }

    /// Starts no more deliveries and waits a little for those under way. What is cut off is sent by another instance, or
    /// after the next start, once the claim on it runs out.
    pub async fn stop(self) {
        self.stop.notify_one();
        // A worker that has panicked has stopped.
        let _ = self.task.await;
    }
}

async fn run(services: Arc<Services>, composer: Arc<dyn Composer>, stop: Arc<Notify>) {
    let mut under_way = UnderWay::new();
    let (mut tried, mut turn) = (Vec::new(), Turn::default());
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Before anything else: a mail whose result is not saved is sent again after a crash.
        if settle(&services, &mut tried).await {
            begin(&services, &composer, &mut turn, &mut under_way).await;
        }
        tokio::select! {
            biased;
            () = stop.notified() => break,
            ended = under_way.ended(), if !under_way.is_empty() => tried.extend(ended),
            () = services.mail.wake.notified(), if under_way.free() > 0 && tried.is_empty() => {}
            () = sleep(AGAIN), if !tried.is_empty() => {}
            _ = look.tick() => tidy(&services).await,
        }
    }
    let _ = timeout(GRACE, finish(&services, under_way, tried)).await;
    if let Some(way) = &services.mail.way {
        way.delivery.close().await;
    }
}

/// Waits for deliveries under way, and saves their results.
async fn finish(services: &Services, mut under_way: UnderWay, mut tried: Vec<(Model, DeliveryOutcome)>) {
    loop {
        while !settle(services, &mut tried).await {
            sleep(AGAIN).await;
        }
        if under_way.is_empty() {
            return;
        }
        tried.extend(under_way.ended().await);
    }
}

/// Starts to deliver what is due.
async fn begin(
    services: &Arc<Services>,
    composer: &Arc<dyn Composer>,
    turn: &mut Turn,
    under_way: &mut UnderWay,
) {
    let free = under_way.free();
    if free == 0 {
        return;
    }
    match outbox::claim(services, turn, free).await {
        Ok(mails) => mails.into_iter().for_each(|mail| under_way.begin(services, composer, mail)),
        Err(error) => tracing::warn!(%error, "could not read the outbox"),
    }
}

/// What is not about a single mail.
async fn tidy(services: &Services) {
    if let Err(error) = schedule::bring_near(services).await {
        tracing::warn!(%error, "could not search the outbox for emails that are due");
    }
    if let Some(way) = &services.mail.way {
        way.delivery.leave_idle().await;
    }
}

/// Without the recipient: the log is for operators, and the row has it.
fn log(mail: &Model, outcome: &DeliveryOutcome) {
    let (id, attempts) = (mail.id.as_str(), mail.attempts);
    match outcome {
        DeliveryOutcome::Sent => tracing::info!(mail = id, attempts, "email sent"),
        DeliveryOutcome::Cancelled => tracing::info!(mail = id, "email no longer needed"),
        DeliveryOutcome::Retry { reason, next_at } => {
            tracing::warn!(mail = id, attempts, reason, next_at = %next_at.to_rfc3339(), "email will be tried again");
        }
        DeliveryOutcome::Refused { reason } => tracing::warn!(mail = id, attempts, reason, "email rejected"),
    }
}

/// Saves the results of attempts; false while the database doesn't accept them.
async fn settle(services: &Services, tried: &mut Vec<(Model, DeliveryOutcome)>) -> bool {
    if let Err(error) = outbox::settle(services, tried).await {
        tracing::warn!(mails = tried.len(), %error, "could not save what became of emails yet");
        return false;
    }
    tried.drain(..).for_each(|(mail, outcome)| log(&mail, &outcome));
    true
}
