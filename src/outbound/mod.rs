//! Requests to addresses that people type: sent only to public hosts, by https, bounded in time and size.
//!
//! A name may lead elsewhere at the second look (DNS rebinding). So [`Outbound::check`] is only for saying at
//! once what is wrong; what counts is the resolver below the connection, which hands on nothing that is not public.

mod client;
mod failure;
mod host_port;
mod lookup;
mod network;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::HeaderMap;
use tokio::time::timeout;
use url::{Host, Url};

pub use client::body;

pub use failure::{Blocked, Failure, TIMEOUT};
pub use host_port::HostPort;
use lookup::Resolver;
pub use lookup::{Addresses, Lookup, System};

/// How long a check waits for a name: someone is waiting for the page, and the name is looked up again.
const CHECK: Duration = Duration::from_secs(2);
/// The largest answer that is read, in bytes.
const LARGEST: usize = 1_000_000;

/// The client for addresses that people type.
pub struct Outbound {
    exceptions: Vec<HostPort>,
    own: Option<Host>,
    resolver: Resolver,
    /// Connects to public addresses only; asked with https only.
    guarded: Client,
    /// Connects wherever an exception leads.
    unguarded: Client,
    timeout: Duration,
    check: Duration,
}

/// What came back, whatever the status.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Outbound {
    /// `exceptions` are `GATEHOUSE_OUTBOUND_ALLOW` and the operator's base URLs; `own` is `GATEHOUSE_BASE_URL`,
    /// whose host is refused unless it is an exception.
    ///
    /// # Errors
    /// When no certificate of the system can be used.
    pub fn new(exceptions: Vec<HostPort>, own: &Url) -> anyhow::Result<Self> {
        Self::with_lookup(exceptions, own, Arc::new(System))
    }

    /// As [`Outbound::new`], with another way to look names up.
    ///
    /// # Errors
    /// As [`Outbound::new`].
    pub fn with_lookup(
        exceptions: Vec<HostPort>,
        own: &Url,
        lookup: Arc<dyn Lookup>,
    ) -> anyhow::Result<Self> {
        let resolver = Resolver::public_only(Arc::clone(&lookup));
        Ok(Self {
            exceptions,
            own: host_port::host(own),
            guarded: client::to(resolver.clone())?.https_only(true).build()?,
            unguarded: client::to(Resolver::unfiltered(lookup))?.build()?,
            resolver,
            timeout: TIMEOUT,
            check: CHECK,
        })
    }

    /// Whether requests to it may be sent: its scheme, credentials in it, its host, its port, and where its name
    /// leads now. A name that can't be looked up within two seconds passes: it is looked at again on the way.
    ///
    /// # Errors
    /// With the rule that forbids it.
    pub async fn check(&self, url: &Url) -> Result<(), Blocked> {
        if self.is_exception(url)? {
            return Ok(());
        }
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        match timeout(self.check, self.resolver.addresses(name)).await {
            Ok(Err(Failure::Blocked(blocked))) => Err(blocked),
            _ => Ok(()),
        }
    }

    /// Sends one GET and reads the answer, whatever its status: 10 seconds in all, at most 1 MB, redirects handed
    /// back as they are, no proxy. Values of `headers` that are secret have to be marked as sensitive.
    ///
    /// # Errors
    /// When the request may not be sent, or nothing useful came back.
    pub async fn get(&self, url: &Url, headers: HeaderMap) -> Result<Answer, Failure> {
        let client = if self.is_exception(url)? { &self.unguarded } else { &self.guarded };
        let exchange = async {
            let mut answer = client.get(url.clone()).headers(headers).send().await?;
            let status = answer.status().as_u16();
            let body = body(&mut answer, LARGEST).await?.ok_or(Failure::TooLarge)?;
            Ok(Answer { status, body })
        };
        timeout(self.timeout, exchange).await.unwrap_or(Err(Failure::Timeout))
    }

    /// Judges what can be seen without a look-up. What is no exception has to be https, port 443 and not obviously
    /// private: literal addresses never come to the resolver.
    fn is_exception(&self, url: &Url) -> Result<bool, Blocked> {
        let target = HostPort::of(url).ok_or(Blocked::Scheme)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Blocked::Credentials);
        }
        if self.exceptions.contains(&target) {
            return Ok(true);
        }
        if self.own.as_ref() == Some(target.host()) {
            return Err(Blocked::Own);
        }
        if network::is_private(target.host()) {
            return Err(Blocked::Private);
        }
        match (url.scheme(), target.port()) {
            ("https", 443) => Ok(false),
            ("https", port) => Err(Blocked::Port(port)),
            _ => Err(Blocked::Scheme),
        }
    }
}
