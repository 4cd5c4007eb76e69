//! The way to the server: found, connected to, protected and logged in to.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;

use super::awaited::Awaited;
use super::conversation::{Conversation, Wire};
use super::deadline::Deadline;
use super::delivery::Delivery;
use super::failure::{Failure, Step, setup};
use super::login::log_in;
use super::protection::Greeted;
use super::reason;
use crate::config::Security;

/// Where servers speak TLS from the first byte (RFC 8314, section 3.3).
const TLS_PORT: u16 = 465;

impl Delivery {
    /// Whatever goes wrong here says nothing about the mail: it is tried again, even if the server says "never".
    pub(super) async fn connect(&self) -> Result<Conversation, Failure> {
        let (peer, conversation) = self.reach().await?;
        self.enter(peer, conversation).await
    }

    /// Protects the connection and logs in. What can be said in clear depends on where the connection went, not on the
    /// server's name: a name can lead anywhere.
    pub(super) async fn enter(
        &self,
        peer: IpAddr,
        conversation: Conversation,
    ) -> Result<Conversation, Failure> {
        let is_local = peer.to_canonical().is_loopback();
        if self.security == Security::None && !is_local {
            let host = &self.host;
            return Err(setup(&format!(
                "?tls=none is for this machine only, but {host} is at {peer}: nothing was sent"
            )));
        }
        let Greeted { mut conversation, offers, protection } = self.protect(conversation).await?;
        let Some(login) = &self.login else { return Ok(conversation) };
        if let Some(lack) = protection.lack().filter(|_| !is_local) {
            return Err(setup(&format!("{lack}, so the password was not sent")));
        }
        log_in(&mut conversation, offers, login).await?;
        Ok(conversation)
    }

    /// Connects to the first of the server's addresses that greets us.
    async fn reach(&self) -> Result<(IpAddr, Conversation), Failure> {
        let mut problem = setup(&format!("{} has no IP address", self.host));
        for address in self.addresses().await? {
            match self.reach_at(address).await {
                Ok(reached) => return Ok(reached),
                Err(failure) => problem = failure,
            }
        }
        Err(problem)
    }

    async fn reach_at(&self, address: SocketAddr) -> Result<(IpAddr, Conversation), Failure> {
        let broken = |error| Failure::NoAnswer(reason::of_connection(&error));
        let deadline = Deadline::new(Awaited::Connection, self.patience.connect);
        let stream = deadline.wait(TcpStream::connect(address)).await?.map_err(broken)?;
        let peer = stream.peer_addr().map_err(broken)?.ip();
        // Otherwise the kernel holds bytes back until those before them are acknowledged, and sends them after a crash.
        let _ = stream.set_nodelay(true);
        let mut wire: Box<dyn Wire> = Box::new(stream);
        if self.security == Security::Tls {
            wire = self.encrypt(wire, reason::of_tls_at_once).await?;
        }
        Ok((peer, self.greeted(Conversation::on(wire, self.patience)).await?))
    }

    /// Waits for the greeting.
    async fn greeted(&self, mut conversation: Conversation) -> Result<Conversation, Failure> {
        match conversation.answer(Deadline::new(Awaited::Greeting, self.patience.greeting)).await {
            Ok(reply) => reply.good(Step::Hello).map(|_| conversation),
            Err(Failure::NoAnswer(reason)) if self.port == TLS_PORT && self.security != Security::Tls => {
                Err(Failure::NoAnswer(format!("{reason}; port {TLS_PORT} is for smtps://")))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn addresses(&self) -> Result<Vec<SocketAddr>, Failure> {
        let looked_up = tokio::net::lookup_host((self.host.as_str(), self.port));
        match Deadline::new(Awaited::Connection, self.patience.connect).wait(looked_up).await {
            Ok(Ok(addresses)) => Ok(addresses.collect()),
            _ => Err(setup(&format!("{} can't be resolved", self.host))),
        }
    }
}
