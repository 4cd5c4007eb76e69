//! Hands a mail to the configured server (RFC 5321).
//!
//! With our own conversations instead of lettre's connections and their pool: `conversation` and `incoming` say why. A
//! connection is used again only after a mail that went well.

use lettre::address::Envelope;
use lettre::{Address, Message};

use super::awaited::Awaited;
use super::conversation::Conversation;
use super::deadline::Deadline;
use super::exchange::{address, begin, hand_over, is_ready_again, leave};
use super::failure::Failure;
use super::kept::Kept;
use super::secrets::Secrets;
use super::tls::Tls;
use super::trouble::Trouble;
use crate::config::{Login, MailConfig, Patience, Security};

/// The way to the server.
pub struct Delivery {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<Login>,
    pub(super) tls: Option<Tls>,
    pub(super) hello: String,
    pub(super) patience: Patience,
    pub(super) secrets: Secrets,
    kept: Kept,
}

impl Delivery {
    /// Prepares everything, but doesn't connect yet.
    ///
    /// # Errors
    /// When TLS can't be set up for the server's name.
    pub fn new(config: &MailConfig) -> anyhow::Result<Self> {
        let server = &config.smtp;
        let tls = match server.security {
            Security::None => None,
            _ => Some(Tls::new(&server.host)?),
        };
        Ok(Self {
            host: server.host.clone(),
            port: server.port,
            security: server.security,
            login: server.login.clone(),
            tls,
            hello: config.hello.as_str().to_owned(),
            patience: config.patience,
            secrets: Secrets::of(server.login.as_ref()),
            kept: Kept::default(),
        })
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Hands over one mail. The server has accepted it when this returns.
    ///
    /// # Errors
    /// The reason if it was not accepted. After [`Trouble::Later`] the server may still have it, if it fell silent at the
    /// very end.
    pub async fn deliver(&self, mail: &Message) -> Result<(), Trouble> {
        let envelope = mail.envelope();
        self.attempt(envelope, &mail.formatted()).await.map_err(|failure| self.judge(&failure, envelope))
    }

    /// Connects, starts TLS and logs in, and sends nothing.
    ///
    /// # Errors
    /// The reason why a mail could not be handed over.
    pub async fn test(&self) -> Result<(), String> {
        let connected = self.in_time(self.connect()).await.map_err(|failure| self.explain(&failure))?;
        leave(connected).await;
        Ok(())
    }

    /// Says goodbye on connections that no mail needed lately.
    pub async fn leave_idle(&self) {
        self.kept.leave_idle().await;
    }

    /// Says goodbye on all connections that are kept.
    pub async fn close(&self) {
        self.kept.leave_all().await;
    }

    /// Everything before the mail itself has one limit, and the mail has its own. So no mail is cut off that the server may
    /// have accepted, and every delivery ends: its claim is renewed until then.
    async fn attempt(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), Failure> {
        let mut conversation = self.in_time(self.prepare(envelope)).await?;
        let handed = hand_over(&mut conversation, mail).await;
        match handed {
            Ok(()) => self.kept.keep(conversation),
            Err(_) => leave(conversation).await,
        }
        handed
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        Deadline::new(Awaited::Readiness, self.patience.preparation).wait(work).await?
    }

    /// A conversation in which the server waits for the mail.
    async fn prepare(&self, envelope: &Envelope) -> Result<Conversation, Failure> {
        let mut conversation = self.open(envelope.from()).await?;
        let addressed = address(&mut conversation, envelope.to()).await;
        or_leave(conversation, addressed).await
    }

    /// A conversation in which a mail has begun. One that was kept may have ended meanwhile, or accept no more mails: then a
    /// new one decides.
    async fn open(&self, from: Option<&Address>) -> Result<Conversation, Failure> {
        while let Some(mut conversation) = self.kept.take() {
            if is_ready_again(&mut conversation).await && begin(&mut conversation, from).await.is_ok() {
                return Ok(conversation);
            }
        }
        let mut conversation = self.connect().await?;
        let begun = begin(&mut conversation, from).await;
        or_leave(conversation, begun).await
    }
}

/// The conversation if its step went well.
async fn or_leave(conversation: Conversation, step: Result<(), Failure>) -> Result<Conversation, Failure> {
    match step {
        Ok(()) => Ok(conversation),
        Err(failure) => {
            leave(conversation).await;
            Err(failure)
        }
    }
}
