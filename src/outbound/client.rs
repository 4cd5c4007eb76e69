//! What every request has in common, whether it may leave the guarded way or not.

use std::sync::Arc;

use reqwest::{Client, ClientBuilder, Response};

use super::failure::TIMEOUT;
use super::lookup::Resolver;
use crate::trust;

/// A client that connects to what the resolver hands on: what both clients have in common.
///
/// # Errors
/// When no certificate of the system can be used.
pub(super) fn to(resolver: Resolver) -> anyhow::Result<ClientBuilder> {
    let client = Client::builder()
        .use_preconfigured_tls(trust::http_client()?)
        .dns_resolver(Arc::new(resolver))
        .redirect(reqwest::redirect::Policy::none())
        // A proxy would look names up by itself.
        .no_proxy()
        // Of several addresses each gets its share of this, so that a dead one does not use up all the time.
        .connect_timeout(TIMEOUT)
        // Each request is looked at by itself; none rides on a connection that another one opened.
        .pool_max_idle_per_host(0)
        .user_agent(concat!("gatehouse/", env!("CARGO_PKG_VERSION")));
    Ok(client)
}

/// Reads a body of up to `largest` bytes; `None` when there is more.
///
/// # Errors
/// When the connection breaks.
pub async fn body(answer: &mut Response, largest: usize) -> reqwest::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > largest {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}
