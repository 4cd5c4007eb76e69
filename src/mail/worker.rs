//! Delivers what is queued, a few mails at once, so that a slow server does not hold the others up.

use std::sync::Arc;
use std::time::Duration;

use chrono::Duration as Span;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

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
/// How long after the first, second, … try the next is made; after the last of these, every hour.
const BACK_OFF: [Span; 4] = [Span::minutes(1), Span::minutes(5), Span::minutes(15), Span::hours(1)];
/// How long a mail is tried.
const PATIENCE: Span = Span::hours(48);
/// How long it is tried to write down that a mail was sent, until the claim on it runs out.
const SETTLING: u32 = 50;

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

async fn run(services: Arc<Services>, stop: Arc<Notify>) {
    let mut under_way = JoinSet::new();
    loop {
        let free = AT_ONCE.saturating_sub(under_way.len());
        match outbox::claim(&services, free).await {
            Ok(mails) => mails.into_iter().for_each(|mail| {
                under_way.spawn(deliver(services.clone(), mail));
            }),
            Err(error) => tracing::warn!(%error, "the outbox can't be read"),
        }
        tokio::select! {
            () = stop.notified() => break,
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
            () = services.mail.wake.notified(), if under_way.len() < AT_ONCE => {}
            () = sleep(LOOK) => leave_idle(&services).await,
        }
    }
    let _ = timeout(GRACE, async { while under_way.join_next().await.is_some() {} }).await;
    if let Some(way) = &services.mail.way {
        way.delivery.close().await;
    }
}

async fn leave_idle(services: &Services) {
    if let Some(way) = &services.mail.way {
        way.delivery.leave_idle().await;
    }
}

async fn deliver(services: Arc<Services>, mail: Model) {
    let Some(way) = &services.mail.way else { return };
    let outcome = match attempt(&services, way, &mail).await {
        Ok(true) => Outcome::Sent,
        Ok(false) => Outcome::Cancelled,
        Err(Trouble::Never(reason)) => Outcome::Refused { reason },
        Err(Trouble::Later(reason)) => later(&services, &mail, reason),
    };
    log(&mail, &outcome);
    settle(&services, &mail, &outcome).await;
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
    let now = services.clock.now();
    let message = message(&way.from, &email, &mail.message_id, now, &composed).map_err(unwritten)?;
    way.delivery.deliver(&message).await.map(|()| true)
}

/// When to try again, unless it has been long enough.
fn later(services: &Services, mail: &Model, reason: String) -> Outcome {
    let now = services.clock.now();
    let tries = usize::try_from(mail.attempts).unwrap_or(usize::MAX).saturating_sub(1);
    let wait = BACK_OFF.get(tries).copied().unwrap_or(Span::hours(1));
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

/// Writes it down, also when the database is away for a moment: what is not written down is sent again.
async fn settle(services: &Services, mail: &Model, outcome: &Outcome) {
    for _ in 0..SETTLING {
        match outbox::settle(services, mail, outcome).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(mail = mail.id, %error, "the outcome is not written down yet"),
        }
        sleep(Duration::from_secs(1)).await;
    }
}
