//! Delivers what is queued, a few mails at once, so that a slow server does not hold the others up.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use chrono::Duration as Span;
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::letter::{Letter, Recipient};
use super::outbox::{self, Outcome};
use super::{Trouble, Way, message};
use crate::address::EmailAddress;
use crate::app::Services;
use crate::entity::Timestamp;
use crate::entity::outbox::Model;

/// Deliveries at once.
const AT_ONCE: usize = 4;
/// How often it looks for what another instance has queued, or what is due again.
const LOOK: Duration = Duration::from_secs(5);
/// How long deliveries under way may take once the process is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often a claim is renewed while its mail is being delivered; several times before it runs out.
const RENEWAL: Duration = Duration::from_secs(5);
/// How long a mail is tried.
const PATIENCE: Span = Span::hours(48);
/// How soon it is tried again to write down what came of mails.
const AGAIN: Duration = Duration::from_secs(1);

/// A running worker.
pub struct Worker {
    task: JoinHandle<()>,
    stop: Arc<Notify>,
}

impl Worker {
    /// Begins to deliver; nothing to do without a server.
    pub fn start(services: Arc<Services>) -> Option<Self> {
        services.mail.way.as_ref()?;
        let stop = Arc::new(Notify::new());
        let task = tokio::spawn(run(services, stop.clone()));
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
type UnderWay = JoinSet<Option<(Model, Outcome)>>;

async fn run(services: Arc<Services>, stop: Arc<Notify>) {
    let mut under_way = UnderWay::new();
    let mut tried = Vec::new();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Before anything else: what was sent and not written down is sent again after a crash.
        if settle(&services, &mut tried).await {
            begin(&services, &mut under_way).await;
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
    next: Result<Option<(Model, Outcome)>, JoinError>,
    under_way: &mut UnderWay,
    tried: &mut Vec<(Model, Outcome)>,
) {
    let others = std::iter::from_fn(|| under_way.try_join_next());
    tried.extend(std::iter::once(next).chain(others).flatten().flatten());
}

/// Waits for what is under way, and writes down what comes of it.
async fn finish(services: &Services, mut under_way: UnderWay, mut tried: Vec<(Model, Outcome)>) {
    loop {
        while !settle(services, &mut tried).await {
            sleep(AGAIN).await;
        }
        let Some(next) = under_way.join_next().await else { return };
        collect(next, &mut under_way, &mut tried);
    }
}

/// Begins to deliver what is due.
async fn begin(services: &Arc<Services>, under_way: &mut UnderWay) {
    let free = AT_ONCE.saturating_sub(under_way.len());
    if free == 0 {
        return;
    }
    match outbox::claim(services, free).await {
        Ok(mails) => mails.into_iter().for_each(|mail| {
            under_way.spawn(deliver(services.clone(), mail));
        }),
        Err(error) => tracing::warn!(%error, "the outbox can't be read"),
    }
}

/// What is not done for any one mail.
async fn tidy(services: &Services) {
    if let Err(error) = outbox::bring_near(services).await {
        tracing::warn!(%error, "the outbox can't be looked through");
    }
    if let Some(way) = &services.mail.way {
        way.delivery.leave_idle().await;
    }
}

async fn deliver(services: Arc<Services>, mail: Model) -> Option<(Model, Outcome)> {
    let way = services.mail.way.as_ref()?;
    let attempted = tokio::select! {
        attempted = attempt(&services, way, &mail) => attempted,
        never = keep_claim(&services, &mail) => match never {},
    };
    let outcome = match attempted {
        Ok(true) => Outcome::Sent,
        Ok(false) => Outcome::Cancelled,
        Err(Trouble::Never(reason)) => Outcome::Refused { reason },
        Err(Trouble::Later(reason)) => later(&services, &mail, reason),
    };
    Some((mail, outcome))
}

/// Keeps other instances from a mail for as long as its delivery takes.
async fn keep_claim(services: &Services, mail: &Model) -> Infallible {
    loop {
        sleep(RENEWAL).await;
        if let Err(error) = outbox::renew(services, mail).await {
            tracing::warn!(mail = mail.id, %error, "the claim on the mail is not renewed");
        }
    }
}

/// Composes and hands over; false when there was nothing to say any more.
async fn attempt(services: &Services, way: &Way, mail: &Model) -> Result<bool, Trouble> {
    let never = |reason: &str| Trouble::Never(reason.to_owned());
    let email = EmailAddress::parse(&mail.recipient).map_err(|_| never("not an address"))?;
    // Of a newer gatehouse, perhaps: it may come back.
    let letter: Letter = serde_json::from_value(mail.letter.clone())
        .map_err(|_| Trouble::Later("this gatehouse does not know such a mail".to_owned()))?;
    let to = Recipient { organization: &mail.organization_id, email: &email };
    let unwritten = |error: crate::error::Error| {
        tracing::warn!(mail = mail.id, %error, "the mail could not be written");
        Trouble::Later("it could not be written".to_owned())
    };
    let Some(composed) = letter.compose(services, to).await.map_err(unwritten)? else { return Ok(false) };
    let at = services.clock.wall();
    let message = message(&way.from, &email, &mail.message_id, at, &composed).map_err(unwritten)?;
    way.delivery.deliver(&message).await.map(|()| true)
}

/// When to try again, unless it has been long enough.
fn later(services: &Services, mail: &Model, reason: String) -> Outcome {
    let now = services.clock.wall();
    let wait = outbox::back_off(mail.attempts);
    if now + wait > *mail.created_at + PATIENCE {
        return Outcome::Refused { reason: format!("given up after 48 hours: {reason}") };
    }
    Outcome::Retry { reason, next_at: Timestamp::from(now + wait) }
}

/// Without the recipient: the log is for operators, and the row knows whom it is for.
fn log(mail: &Model, outcome: &Outcome) {
    let (id, attempts) = (mail.id.as_str(), mail.attempts);
    match outcome {
        Outcome::Sent => tracing::info!(mail = id, attempts, "mail sent"),
        Outcome::Cancelled => tracing::info!(mail = id, "mail not needed any more"),
        Outcome::Retry { reason, next_at } => {
            tracing::warn!(mail = id, attempts, reason, next_at = %next_at.to_rfc3339(), "mail will be tried again");
        }
        Outcome::Refused { reason } => tracing::warn!(mail = id, attempts, reason, "mail refused"),
    }
}

/// Writes down what came of tries; false while the database does not take it.
async fn settle(services: &Services, tried: &mut Vec<(Model, Outcome)>) -> bool {
    if let Err(error) = outbox::settle(services, tried).await {
        tracing::warn!(mails = tried.len(), %error, "what came of mails is not written down yet");
        return false;
    }
    tried.drain(..).for_each(|(mail, outcome)| log(&mail, &outcome));
    true
}
