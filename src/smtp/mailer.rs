//! The way out as the configuration has it, if it has one, and what wakes the worker that uses it.

use std::sync::Arc;

use lettre::message::Mailbox;
use tokio::sync::Notify;

use super::delivery::Delivery;
use crate::config::MailConfig;

/// How mail goes out of this process, if it does.
pub struct Mailer {
    pub(crate) way: Option<Way>,
    pub(crate) wake: Arc<Notify>,
}

/// What a mail is sent with.
pub(crate) struct Way {
    pub delivery: Delivery,
    pub from: Mailbox,
}

impl Mailer {
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
