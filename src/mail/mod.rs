//! Mail: queued in the transaction of what it announces (rules 3.2, P8), composed and handed to the configured
//! server by a worker, its state visible all the way.
//!
//! ```text
//! queue(mail, change, to, letter) ─► outbox ─► worker ─► Letter::compose ─► Delivery ─► sent, retrying, refused
//! ```
//! What is kept is what to write, not what was written: a link that opens something is in no row.

mod delivery;
pub mod letter;
mod message;
pub mod name;
mod outbox;
mod reason;
mod state;
pub mod worker;

use std::sync::Arc;

use lettre::message::Mailbox;
use sea_orm::ActiveValue::{NotSet, Set};
use tokio::sync::Notify;

use crate::access::{Change, Sender};
use crate::address::EmailAddress;
use crate::config::MailConfig;
use crate::entity::outbox::{ActiveModel, Stage};
use crate::error::{Error, Result};
use crate::random;

pub use delivery::{Delivery, Trouble};
pub use letter::{Composed, Letter};
pub use message::message;
pub use outbox::forget_old;
pub use state::{State, states};

/// How mail goes out of this process, if it does.
pub struct Mail {
    way: Option<Way>,
    wake: Arc<Notify>,
}

/// What a mail is sent with.
struct Way {
    delivery: Delivery,
    from: Mailbox,
}

impl Mail {
    /// Makes ready what the configuration has; connects to nobody yet.
    ///
    /// # Errors
    /// When TLS can't be set up for the server's name.
    pub fn new(config: Option<&MailConfig>) -> anyhow::Result<Self> {
        let way = |config: &MailConfig| -> anyhow::Result<Way> {
            Ok(Way { delivery: Delivery::new(&config.smtp)?, from: config.from.clone() })
        };
        Ok(Self { way: config.map(way).transpose()?, wake: Arc::default() })
    }

    /// No server takes mail.
    pub fn none() -> Self {
        Self { way: None, wake: Arc::default() }
    }

    /// Whether there is a server that takes mail; if not, people hand links on themselves.
    pub fn is_on(&self) -> bool {
        self.way.is_some()
    }

    /// Whom mails come from.
    pub fn from(&self) -> Option<String> {
        self.way.as_ref().map(|way| way.from.to_string())
    }

    /// Has the worker look at once for what is due.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}

/// Queues a letter to `to` inside `change`: it goes out once the change is committed, and not at all when it is
/// not. The id of its row; none when mail is not set up, so that the caller offers a link to copy.
///
/// # Errors
/// When the row can't be written.
pub async fn queue<Of: Sender>(
    mail: &Mail,
    change: &Change<Of>,
    to: &EmailAddress,
    letter: &Letter,
) -> Result<Option<String>> {
    let Some(way) = &mail.way else { return Ok(None) };
    let id = random::id();
    let row = ActiveModel {
        id: Set(id.clone()),
        organization_id: NotSet,
        recipient: Set(to.as_str().to_owned()),
        letter: Set(serde_json::to_value(letter).map_err(|e| Error::Internal(format!("letter: {e}")))?),
        message_id: Set(format!("<{id}@{}>", way.from.email.domain())),
        state: Set(Stage::Queued),
        attempts: Set(0),
        next_at: Set(change.at()),
        claimed_until: Set(None),
        reason: Set(None),
        created_at: Set(change.at()),
        sent_at: Set(None),
    };
    change.post(row, &mail.wake).await?;
    Ok(Some(id))
}
