//! Where a request comes from. A header is believed only when a trusted proxy sent it.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::http::header::USER_AGENT;
use actix_web::{HttpMessage, HttpRequest};
use ipnet::IpNet;

use super::event::{Idempotency, Origin};

/// As much of a user agent as is kept.
const USER_AGENT_LENGTH: usize = 300;

/// By what a client makes repeating a request safe (IETF draft "The Idempotency-Key HTTP Header Field").
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The id under which the log knows a request; echoed as `X-Request-Id`.
#[derive(Clone)]
pub struct RequestId(pub String);

/// The id of the organization whose form was sent, as the form says it.
#[derive(Clone)]
pub struct OrganizationInForm(pub String);

/// By what a request is known if it comes again.
#[derive(Clone)]
pub struct IdempotencyKey {
    /// What the client sends to say so.
    pub key: String,
    /// That it says the same.
    pub digest: String,
    /// Whether the client has sent the key, or it was made here.
    pub is_clients: bool,
}

/// What the audit log keeps of a request's origin.
pub fn origin(request: &HttpRequest, trusted: &[IpNet]) -> Origin {
    let user_agent =
        request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Origin {
        address: address(request, trusted).to_string(),
        user_agent: user_agent.chars().take(USER_AGENT_LENGTH).collect(),
        request_id: request_id(request),
        idempotency: idempotency(request),
    }
}

fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// What the same request would be known by if it came again: its key counts for what is asked with it, in the same words.
fn idempotency(request: &HttpRequest) -> Idempotency {
    let extensions = request.extensions();
    let Some(IdempotencyKey { key, digest, is_clients }) = extensions.get() else {
        return Idempotency::default();
    };
    let asked = format!("{} {}", request.method(), request.uri());
    Idempotency::new(format!("{asked}\n{digest}\n{key}"), *is_clients)
}

/// The client's address: the peer's, or, when the peer is a trusted proxy, the last address in
/// `X-Forwarded-For` that no trusted proxy wrote about itself.
pub fn address(request: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    client(peer, &hops, trusted)
}

fn client(peer: IpAddr, hops: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(ip) => client = ip.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

/// What counts as one client for limits: an IPv4 address, or the /64 that one IPv6 subscriber has.
pub fn bucket(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn networks(text: &str) -> Vec<IpNet> {
        vec![text.parse().expect("a network")]
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(client(ip("203.0.113.9"), &["10.1.1.1"], &networks("10.0.0.0/8")), ip("203.0.113.9"));
        assert_eq!(client(ip("203.0.113.9"), &["10.1.1.1"], &[]), ip("203.0.113.9"));
    }

    #[test]
    fn behind_trusted_proxies_the_last_untrusted_hop_is_the_client() {
        let trusted = networks("10.0.0.0/8");
        assert_eq!(client(ip("10.0.0.1"), &["198.51.100.7"], &trusted), ip("198.51.100.7"));
        assert_eq!(
            client(ip("10.0.0.1"), &["1.1.1.1", "198.51.100.7", "10.0.0.2"], &trusted),
            ip("198.51.100.7")
        );
        assert_eq!(client(ip("10.0.0.1"), &["198.51.100.7", "nonsense"], &trusted), ip("10.0.0.1"));
        assert_eq!(client(ip("10.0.0.1"), &["::ffff:198.51.100.7"], &trusted), ip("198.51.100.7"));
    }

    #[test]
    fn an_ipv6_subscriber_is_one_bucket() {
        assert_eq!(bucket(ip("2001:db8:1:2:3:4:5:6")), bucket(ip("2001:db8:1:2::9")));
        assert_ne!(bucket(ip("2001:db8:1:2::9")), bucket(ip("2001:db8:1:3::9")));
    }
}
