//! The way to the server: found, connected to, protected and logged in to.

use std::net::SocketAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::delivery::Delivery;
use super::exchange::{Failure, answer};
use super::reason;
use crate::config::Security;

/// How long one address of the server may take to be connected to.
const CONNECT: Duration = Duration::from_secs(10);

impl Delivery {
    /// Whatever goes wrong here says nothing about the mail: it is tried again, even when the server says "never".
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
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
}
