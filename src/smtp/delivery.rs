//! Hands a mail to the configured server (RFC 5321).
//!
//! With lettre's connections, but not with its pool: that one waits for an answer without end, and takes a
//! connection back that was given up in the middle of a mail – what the next mail sends would then be part of
//! the one before. Here a connection is used again only after a mail that went well.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lettre::Message;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::Rset;
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;
use tokio::time::timeout;

use super::exchange::{answer, hand_over, leave};
use super::secrets::Secrets;
use super::trouble::Trouble;
use crate::config::{Login, Security, SmtpServer};

/// How long one mail may take altogether.
const WHOLE: Duration = Duration::from_mins(1);
/// How long a connection is kept for the next mail.
const KEPT: Duration = Duration::from_secs(10);

/// The way to the server.
pub struct Delivery {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) is_loopback: bool,
    pub(super) login: Option<Credentials>,
    pub(super) tls: Option<TlsParameters>,
    pub(super) hello: ClientId,
    pub(super) secrets: Secrets,
    idle: Mutex<Vec<Idle>>,
}

/// A connection whose last mail went well.
struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Delivery {
    /// Makes ready; connects to nobody yet.
    ///
    /// # Errors
    /// When TLS can't be set up for the server's name.
    pub fn new(server: &SmtpServer) -> anyhow::Result<Self> {
        let tls = match server.security {
            Security::None => None,
            _ => Some(TlsParameters::new(server.host.clone())?),
        };
        let credentials =
            |login: &Login| Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
        Ok(Self {
            host: server.host.clone(),
            port: server.port,
            security: server.security,
            is_loopback: server.is_loopback(),
            login: server.login.as_ref().map(credentials),
            tls,
            hello: ClientId::default(),
            secrets: Secrets::of(server.login.as_ref()),
            idle: Mutex::default(),
        })
    }

    /// Hands one mail over. It has been taken for delivery when this returns.
    ///
    /// # Errors
    /// When it was not, with the reason. After [`Trouble::Later`] the server may have it all the same, if it fell
    /// silent at the very end.
    pub async fn deliver(&self, mail: &Message) -> Result<(), Trouble> {
        match timeout(WHOLE, self.attempt(mail)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Trouble::Later(format!("the server took longer than {} seconds", WHOLE.as_secs()))),
        }
    }

    /// Connects, speaks TLS and logs in, and sends nothing.
    ///
    /// # Errors
    /// The reason why a mail could not be handed over.
    pub async fn test(&self) -> Result<(), String> {
        let tried = async {
            leave(self.connect().await?).await;
            Ok(())
        };
        match timeout(WHOLE, tried).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("the server took longer than {} seconds", WHOLE.as_secs())),
        }
    }

    /// Says good-bye on connections that no mail needed lately.
    pub async fn leave_idle(&self) {
        self.leave_older_than(KEPT).await;
    }

    /// Says good-bye on all that are kept.
    pub async fn close(&self) {
        self.leave_older_than(Duration::ZERO).await;
    }

    async fn leave_older_than(&self, age: Duration) {
        let old: Vec<Idle> = self.kept().extract_if(.., |idle| idle.since.elapsed() >= age).collect();
        for idle in old {
            leave(idle.connection).await;
        }
    }

    async fn attempt(&self, mail: &Message) -> Result<(), Trouble> {
        let mut connection = match self.kept_connection().await {
            Some(connection) => connection,
            None => self.connect().await.map_err(Trouble::Later)?,
        };
        match hand_over(&mut connection, mail).await {
            Ok(()) => {
                self.kept().push(Idle { connection, since: Instant::now() });
                Ok(())
            }
            Err(failure) => {
                leave(connection).await;
                Err(self.judge(failure))
            }
        }
    }

    /// A connection that still answers, ready for a mail.
    async fn kept_connection(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let mut idle = self.kept().pop()?;
            if idle.since.elapsed() < KEPT && answer(idle.connection.command(Rset)).await.is_ok() {
                return Some(idle.connection);
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
