//! From names to addresses, and the filter that a connection can't get round.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::failure::{Blocked, Failure};
use super::network;

/// The answer to a look-up, on its way. An error means that the name is not known.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// A way to look names up.
pub trait Lookup: Send + Sync {
    /// All addresses of a name, as a URL spells it; perhaps with a dot at the end.
    fn addresses(&self, name: &str) -> Addresses;
}

/// Asks the operating system.
pub struct System;

impl Lookup for System {
    fn addresses(&self, name: &str) -> Addresses {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Hands a connection the addresses that it may try.
#[derive(Clone)]
pub(super) struct Resolver {
    lookup: Arc<dyn Lookup>,
    may_try: fn(IpAddr) -> bool,
}

impl Resolver {
    pub(super) fn public_only(lookup: Arc<dyn Lookup>) -> Self {
        Self { lookup, may_try: network::is_public }
    }

    pub(super) fn unfiltered(lookup: Arc<dyn Lookup>) -> Self {
        Self { lookup, may_try: |_| true }
    }

    /// Those of a name's addresses that may be tried: at least one.
    ///
    /// # Errors
    /// When the name has none at all, or none that may be tried.
    pub(super) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Failure> {
        let mut found = self.lookup.addresses(name).await.map_err(|_| Failure::NotFound)?;
        if found.is_empty() {
            return Err(Failure::NotFound);
        }
        found.retain(|address| (self.may_try)(*address));
        if found.is_empty() { Err(Blocked::Private.into()) } else { Ok(found) }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = resolver.addresses(name.as_str()).await?;
            // Port 0 stands for the port of the URL.
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
