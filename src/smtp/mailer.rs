//! How mail is sent, if it is configured, and what wakes the worker that sends it.

use std::sync::Arc;

use lettre::message::Mailbox;
use tokio::sync::Notify;

use super::delivery::Delivery;
use crate::config::MailConfig;

/// How mail leaves this process, if it does.
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
    /// Prepares what is configured, but doesn't connect yet.
    ///
    /// # Errors
    /// When TLS can't be set up for the server's name.
    pub fn new(config: Option<&MailConfig>) -> anyhow::Result<Self> {
        let way = |config: &MailConfig| -> anyhow::Result<Way> {
            Ok(Way { delivery: Delivery::new(config)?, from: config.from.clone() })
        };
        Ok(Self { way: config.map(way).transpose()?, wake: Arc::default() })
    }

    /// Without a mail server.
    pub fn none() -> Self {
        Self { way: None, wake: Arc::default() }
    }

    /// Whether a mail server is configured; if not, people copy links themselves.
    pub fn is_on(&self) -> bool {
        self.way.is_some()
    }

    /// Who mails are from.
    pub fn from(&self) -> Option<String> {
        self.way.as_ref().map(|way| way.from.to_string())
    }

    /// Makes the worker look for due mails at once.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}
