//! What goes on while no one asks.

use std::time::Duration;

use actix_web::web;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::authority::{Services, kept_answers};
use crate::identity_providers::DISCOVERY_RETRY;
use crate::llm_keys::uses;
use crate::sign_in::{self, FLOW_LIFETIME};
use crate::{access, invites, mail, organization, ownership, second_factor, security, tokens};

/// How often what is over is deleted.
const HOUSEKEEPING: Duration = Duration::from_mins(10);
/// How often organizations that no one can restore any more are looked for.
const PURGE: Duration = Duration::from_secs(20);
/// How often those are looked for who have to hear that a second factor is required.
const REMINDERS: Duration = Duration::from_mins(5);
/// How often it is tried whether the database takes changes, and how often while it does not.
const BEAT: Duration = Duration::from_secs(15);
const BEAT_IN_TROUBLE: Duration = Duration::from_secs(2);

/// Begins all of it.
pub fn start(services: &web::Data<Services>) -> [JoinHandle<()>; 5] {
    [
        actix_web::rt::spawn(purge(services.clone())),
        actix_web::rt::spawn(discover(services.clone())),
        actix_web::rt::spawn(keep_house(services.clone())),
        actix_web::rt::spawn(remind(services.clone())),
        actix_web::rt::spawn(beat(services.clone())),
    ]
}

/// Learns the providers' addresses and keys, and from time to time again: they move.
async fn discover(services: web::Data<Services>) {
    loop {
        services.providers.discover_due().await;
        actix_web::rt::time::sleep(DISCOVERY_RETRY).await;
    }
}

/// Sees whether changes can be saved, and sooner whether they can be again.
async fn beat(services: web::Data<Services>) {
    loop {
        let wait = if services.db.fault().is_none() { BEAT } else { BEAT_IN_TROUBLE };
        actix_web::rt::time::sleep(wait).await;
        // What it finds is kept for anyone who asks.
        let _ = services.db.beat(&services.clock).await;
    }
}

async fn purge(services: web::Data<Services>) {
    loop {
        ownership::purge_due(&services).await;
        actix_web::rt::time::sleep(PURGE).await;
    }
}

async fn remind(services: web::Data<Services>) {
    loop {
        if let Err(error) = security::reminders::send_due(&services).await {
            tracing::warn!(%error, "could not look for reminders that are due");
        }
        let _ = timeout(REMINDERS, services.reminders_due.notified()).await;
    }
}

async fn keep_house(services: web::Data<Services>) {
    loop {
        actix_web::rt::time::sleep(HOUSEKEEPING).await;
        if let Err(error) = services.sessions.purge(FLOW_LIFETIME).await {
            tracing::warn!(%error, "could not delete old sessions");
        }
        if let Err(error) = services.db.forget_old_beats(&services.clock).await {
            tracing::warn!(%error, "could not delete the heartbeats of stopped processes");
        }
        if let Err(error) = sign_in::link::forget_old(&services).await {
            tracing::warn!(%error, "could not delete old sign-in links");
        }
        if let Err(error) = second_factor::ceremony::forget_old(&services).await {
            tracing::warn!(%error, "could not delete old questions about passkeys");
        }
        if let Err(error) = sign_in::relinking::forget_old(&services).await {
            tracing::warn!(%error, "could not delete old sign-ins by accounts that aren't connected");
        }
        if let Err(error) = invites::results::forget_old_batches(&services).await {
            tracing::warn!(%error, "could not delete old results of invites");
        }
        if let Err(error) = access::denials::forget_old(&services).await {
            tracing::warn!(%error, "could not delete old refusals");
        }
        if let Err(error) = organization::creation::forget_rested(&services).await {
            tracing::warn!(%error, "could not release organization addresses that were given up");
        }
        if let Err(error) = tokens::forget_old(&services).await {
            tracing::warn!(%error, "could not delete old tokens");
        }
        if let Err(error) = kept_answers::forget_old(&services).await {
            tracing::warn!(%error, "could not delete old answers kept for idempotency keys");
        }
        if let Err(error) = uses::forget_old(&services).await {
            tracing::warn!(%error, "could not delete old key uses");
        }
        if let Err(error) = mail::forget_old(&services).await {
            tracing::warn!(%error, "could not delete old emails");
        }
    }
}
