//! One attempt to deliver a mail, and when it is tried again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use chrono::Duration as Span;
use tokio::time::sleep;

use super::delivery_outcome::DeliveryOutcome;
use super::kind::{Composer, MailKind, Recipient};
use super::schedule::CLAIM;
use super::{outbox, schedule};
use crate::address::EmailAddress;
use crate::authority::{Organization, Services};
use crate::entity::Timestamp;
use crate::entity::outbox::Model;
use crate::smtp::{GOODBYE, Trouble, Way, message};

/// How often a claim is renewed while its mail is being delivered; several times before it runs out.
const RENEWAL: Duration = Duration::from_secs(5);
/// While the worker says goodbye on connections it writes nothing down: the claims on mails just sent must last longer.
const _: () = assert!(RENEWAL.as_secs() + GOODBYE.as_secs() < CLAIM.num_seconds().cast_unsigned());
/// How long a mail is tried.
const PATIENCE: Span = Span::hours(48);

pub(super) async fn deliver(
    services: Arc<Services>,
    composer: Arc<dyn Composer>,
    mail: Model,
) -> Option<(Model, DeliveryOutcome)> {
    let way = services.mail.way.as_ref()?;
    let attempted = tokio::select! {
        attempted = attempt(&services, &*composer, way, &mail) => attempted,
        never = keep_claim(&services, &mail) => match never {},
    };
    let outcome = match attempted {
        Ok(true) => DeliveryOutcome::Sent,
        Ok(false) => DeliveryOutcome::Cancelled,
        Err(Trouble::Never(reason)) => DeliveryOutcome::Refused { reason },
        Err(Trouble::Later(reason)) => later(&services, &mail, reason),
    };
    Some((mail, outcome))
}

/// Keeps other instances away from a mail for as long as its delivery takes. `Patience` limits that, and so this.
async fn keep_claim(services: &Services, mail: &Model) -> Infallible {
    loop {
        sleep(RENEWAL).await;
        if let Err(error) = outbox::renew(services, mail).await {
            tracing::warn!(mail = mail.id, %error, "could not renew the claim on the email");
        }
    }
}

/// Composes and hands over; false if the mail is no longer needed.
async fn attempt(
    services: &Services,
    composer: &dyn Composer,
    way: &Way,
    mail: &Model,
) -> Result<bool, Trouble> {
    let never = |reason: &str| Trouble::Never(reason.to_owned());
    let email = EmailAddress::parse(&mail.recipient).map_err(|_| never("not an address"))?;
    // Perhaps from a newer version, which may come back.
    let letter: MailKind = serde_json::from_value(mail.letter.clone())
        .map_err(|_| Trouble::Later("this version doesn't know this kind of mail".to_owned()))?;
    let unwritten = |error: crate::error::Error| {
        tracing::warn!(mail = mail.id, %error, "could not compose the email");
        Trouble::Later("it could not be written".to_owned())
    };
    if !is_there(services, mail).await.map_err(unwritten)? {
        return Ok(false);
    }
    let to = Recipient { organization: mail.organization_id.as_deref(), email: &email };
    let Some(composed) = composer.compose(&letter, to).await.map_err(unwritten)? else { return Ok(false) };
    let at = services.clock.wall();
    let message = message(&way.from, &email, &mail.message_id, at, &composed).map_err(unwritten)?;
    way.delivery.deliver(&message).await.map(|()| true)
}

/// When to try again, unless the mail is too old.
fn later(services: &Services, mail: &Model, reason: String) -> DeliveryOutcome {
    let now = services.clock.wall();
    let wait = schedule::back_off(mail.attempts);
    if now + wait > *mail.created_at + PATIENCE {
        return DeliveryOutcome::Refused { reason: format!("given up after 48 hours: {reason}") };
    }
    DeliveryOutcome::Retry { reason, next_at: Timestamp::from(now + wait) }
}

/// Whether the mail's organization is active: nothing is sent for one that is being deleted.
async fn is_there(services: &Services, mail: &Model) -> crate::error::Result<bool> {
    match &mail.organization_id {
        Some(organization) => Organization::is_active(&services.db, organization).await,
        None => Ok(true),
    }
}
