//! Hands a mail to the configured server (RFC 5321).
//!
//! With lettre's connections, but not with its pool: that one waits for an answer without end, and takes a
//! connection back that was given up in the middle of a mail – what the next mail sends would then be part of
//! the one before. Here a connection is used again only after a mail that went well.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Severity;
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::reason::{self, Secrets};
use crate::config::{Login, Security, SmtpServer};

/// How long one address of the server may take to be connected to.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the server may take for one answer.
const ANSWER: Duration = Duration::from_secs(15);
/// How long one mail may take altogether.
const WHOLE: Duration = Duration::from_mins(1);
/// How long a connection is kept for the next mail.
const KEPT: Duration = Duration::from_secs(10);
/// The longest good-bye.
const QUIT: Duration = Duration::from_secs(2);

/// The way to the server.
pub struct Delivery {
    host: String,
    port: u16,
    security: Security,
    is_loopback: bool,
    login: Option<Credentials>,
    tls: Option<TlsParameters>,
    hello: ClientId,
    secrets: Secrets,
    idle: Mutex<Vec<Idle>>,
}

/// Why a mail was not taken. The reason holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It may be taken later: the server says so, can't be reached, or does not trust us yet.
    Later(String),
    /// The server does not take this mail (5xx).
    Never(String),
}

/// A connection whose last mail went well.
struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

/// What a step came to.
enum Failure {
    /// The server answered, and not well.
    Answer(Error),
    /// There was no answer, or none that could be read.
    NoAnswer(String),
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

    /// Whatever goes wrong here says nothing about the mail: it is tried again, even when the server says "never".
    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let mut connection = self.reach().await?;
        self.protect(&mut connection).await?;
        self.log_in(&mut connection).await?;
        Ok(connection)
    }

    /// Connects to the first of the server's addresses that answers.
    async fn reach(&self) -> Result<AsyncSmtpConnection, String> {
        let mut problem = format!("no address is known for {}", self.host);
        for address in self.addresses().await? {
            match self.reach_at(address).await {
                Ok(connection) => return Ok(connection),
                Err(failure) => problem = self.explain(&failure),
            }
        }
        Err(problem)
    }

    /// Over a connection of our own where there can be one: on those of lettre, which TLS from the first byte needs, the
    /// end of a mail waits in the kernel until the server has acknowledged what is before it, and would leave for a
    /// server even after a crash.
    async fn reach_at(&self, address: SocketAddr) -> Result<AsyncSmtpConnection, Failure> {
        if let (Some(tls), Security::Tls) = (self.tls.clone(), self.security) {
            let tls = Some(tls);
            return answer(AsyncSmtpConnection::connect_tokio1(
                address,
                Some(CONNECT),
                &self.hello,
                tls,
                None,
            ))
            .await;
        }
        let stream = match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(Failure::NoAnswer(reason::of_connecting(&error))),
            Err(_) => {
                return Err(Failure::NoAnswer(format!("no answer within {} seconds", CONNECT.as_secs())));
            }
        };
        let _ = stream.set_nodelay(true);
        answer(AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello)).await
    }

    async fn addresses(&self) -> Result<Vec<SocketAddr>, String> {
        match timeout(CONNECT, tokio::net::lookup_host((self.host.as_str(), self.port))).await {
            Ok(Ok(addresses)) => Ok(addresses.collect()),
            _ => Err(format!("the address of {} can't be looked up", self.host)),
        }
    }

    /// STARTTLS as configured. A server that ought to offer it and does not is told nothing more (M09).
    async fn protect(&self, connection: &mut AsyncSmtpConnection) -> Result<(), String> {
        let (Some(tls), Security::StartTls | Security::Opportunistic) = (&self.tls, self.security) else {
            return Ok(());
        };
        if connection.can_starttls() {
            let secured = answer(connection.starttls(tls.clone(), &self.hello)).await;
            return secured.map_err(|failure| self.explain(&failure));
        }
        match self.security {
            Security::Opportunistic => Ok(()),
            _ => Err("the server offers no STARTTLS, so nothing was sent".to_owned()),
        }
    }

    /// What the server says is not repeated: it may be what we sent (M10).
    async fn log_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), String> {
        let Some(credentials) = &self.login else { return Ok(()) };
        if !connection.is_encrypted() && !self.is_loopback {
            return Err("the server offers no TLS, so the password was not sent".to_owned());
        }
        match answer(connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials)).await {
            Ok(_) => Ok(()),
            Err(Failure::Answer(error)) => Err(match error.status() {
                Some(code) => format!("the server does not accept our user name and password ({code})"),
                None => "the server offers no way to log in that we know".to_owned(),
            }),
            Err(Failure::NoAnswer(reason)) => Err(reason),
        }
    }

    /// What the server's answer means for the mail. 530 and its kin (RFC 4954) speak of us, not of the mail.
    fn judge(&self, failure: Failure) -> Trouble {
        let reason = self.explain(&failure);
        let Failure::Answer(error) = failure else { return Trouble::Later(reason) };
        match error.status() {
            Some(code)
                if code.severity == Severity::PermanentNegativeCompletion
                    && !matches!(code.to_string().as_str(), "530" | "534" | "535" | "538") =>
            {
                Trouble::Never(reason)
            }
            _ => Trouble::Later(reason),
        }
    }

    fn explain(&self, failure: &Failure) -> String {
        match failure {
            Failure::Answer(error) => reason::of_answer(error, &self.secrets)
                .unwrap_or_else(|| reason::of_failure(error, &self.secrets)),
            Failure::NoAnswer(reason) => reason.clone(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn hand_over(connection: &mut AsyncSmtpConnection, mail: &Message) -> Result<(), Failure> {
    let envelope = mail.envelope();
    answer(connection.command(Mail::new(envelope.from().cloned(), Vec::new()))).await?;
    for recipient in envelope.to() {
        answer(connection.command(Rcpt::new(recipient.clone(), Vec::new()))).await?;
    }
    answer(connection.command(Data)).await?;
    answer(connection.message(&mail.formatted())).await?;
    Ok(())
}

/// Waits for one answer of the server.
async fn answer<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match timeout(ANSWER, step).await {
        Ok(outcome) => outcome.map_err(Failure::Answer),
        Err(_) => Err(Failure::NoAnswer(format!("no answer within {} seconds", ANSWER.as_secs()))),
    }
}

async fn leave(mut connection: AsyncSmtpConnection) {
    // Politeness only: the connection is closed when it is dropped.
    let _ = timeout(QUIT, connection.quit()).await;
}
