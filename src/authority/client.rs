//! Where a request comes from. A header is believed only when a trusted proxy sent it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{HeaderValue, USER_AGENT};
use actix_web::{HttpMessage, HttpRequest};
use ipnet::IpNet;

use super::bearer::Bearer;
use super::event::{Idempotency, Origin};
use super::session::Visitor;
use crate::error::{Error, Result};

/// As much of a user agent as is kept.
const USER_AGENT_LENGTH: usize = 300;

const FORWARDED_FOR: &str = "x-forwarded-for";

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

/// Where a request comes from, once that has been found out.
#[derive(Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// What the audit log keeps of a request's origin.
pub fn origin(request: &HttpRequest) -> Origin {
    let user_agent =
        request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Origin {
        address: address(request).to_string(),
        user_agent: user_agent.chars().take(USER_AGENT_LENGTH).collect(),
        request_id: request_id(request),
        idempotency: idempotency(request),
        precondition: request.extensions().get().cloned().unwrap_or_default(),
        refusal: request.extensions().get().cloned().unwrap_or_default(),
    }
}

/// Whether the client is known: signed in, or by a token that works.
pub fn is_known(request: &HttpRequest) -> bool {
    match Bearer::of(request) {
        Some(bearer) => matches!(bearer, Bearer::OfPerson(_) | Bearer::OfProject(_)),
        None => Visitor::is_there(request),
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
    // Of a token, the short addresses mean its organization.
    let bearer = extensions.get::<Bearer>();
    let organization = bearer.map(Bearer::organization).unwrap_or_default();
    Idempotency::new(format!("{asked}\n{organization}\n{digest}\n{key}"), *is_clients)
}

/// The client's address, as [`find`] has found it.
pub fn address(request: &HttpRequest) -> IpAddr {
    let found = request.extensions().get::<ClientAddress>().map(|client| client.0);
    found.unwrap_or_else(|| peer(request))
}

/// Finds the client's address: the peer's, or, when the peer is a trusted proxy, the last address in `X-Forwarded-For`
/// that no trusted proxy wrote about itself.
///
/// # Errors
/// 400 when a trusted proxy says something else there than an address: without it all its clients would be one.
pub fn find(request: &HttpRequest, trusted: &[IpNet]) -> Result<ClientAddress> {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    let values: Vec<&[u8]> = request.headers().get_all(FORWARDED_FOR).map(HeaderValue::as_bytes).collect();
    let mut hops = values.iter().rev().flat_map(|value| value.rsplit(|byte| *byte == b','));
    let mut client = peer(request);
    while is_trusted(&client) {
        let Some(hop) = hops.find(|hop| !hop.trim_ascii().is_empty()) else { break };
        let unreadable =
            || Error::Malformed("X-Forwarded-For holds something else than addresses".to_owned());
        client = hop_address(hop.trim_ascii()).ok_or_else(unreadable)?;
    }
    Ok(ClientAddress(client))
}

/// Whether the request says that a proxy hands it on.
pub fn is_forwarded(request: &HttpRequest) -> bool {
    request.headers().contains_key(FORWARDED_FOR)
}

/// Who is at the other end of the connection.
pub fn peer(request: &HttpRequest) -> IpAddr {
    request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip().to_canonical())
}

/// An address as proxies write it: some with the port, and those of IPv6 in brackets, some in quotation marks
/// (RFC 7239, 6).
fn hop_address(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?;
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let in_brackets = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let bare = in_brackets.map_or_else(|| text.parse().ok(), |text| text.parse().ok().map(IpAddr::V6));
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.or_else(with_port).map(|ip: IpAddr| ip.to_canonical())
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
    use actix_web::test::TestRequest;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    /// Whom a request comes from, by what proxies have written; none when it is refused.
    fn client(peer: &str, lines: &[&[u8]], trusted: &str) -> Option<IpAddr> {
        let mut request = TestRequest::default().peer_addr(SocketAddr::new(ip(peer), 50_000));
        for line in lines {
            request = request.append_header((FORWARDED_FOR, HeaderValue::from_bytes(line).expect("a value")));
        }
        let trusted: Vec<IpNet> = trusted.split(',').filter_map(|network| network.parse().ok()).collect();
        find(&request.to_http_request(), &trusted).ok().map(|client| client.0)
    }

    #[test]
    fn a_stranger_is_not_believed() {
        for trusted in ["10.0.0.0/8", ""] {
            for line in [&b"10.1.1.1"[..], b"nonsense", b"\xff", b""] {
                assert_eq!(client("203.0.113.9", &[line], trusted), Some(ip("203.0.113.9")));
            }
        }
    }

    #[test]
    fn behind_trusted_proxies_the_last_untrusted_hop_is_the_client() {
        for peer in ["10.0.0.1", "::ffff:10.0.0.1"] {
            let of = |lines: &[&[u8]]| client(peer, lines, "10.0.0.0/8");
            assert_eq!(of(&[b"198.51.100.7"]), Some(ip("198.51.100.7")));
            assert_eq!(of(&[b"1.1.1.1, 198.51.100.7 ,10.0.0.2"]), Some(ip("198.51.100.7")));
            assert_eq!(of(&[b"1.1.1.1", b"198.51.100.7", b"10.0.0.2, "]), Some(ip("198.51.100.7")));
            assert_eq!(of(&[b"nonsense, 198.51.100.7"]), Some(ip("198.51.100.7")));
            assert_eq!(of(&[b"::ffff:198.51.100.7"]), Some(ip("198.51.100.7")));
            assert_eq!(of(&[]), Some(ip("10.0.0.1")));
            assert_eq!(of(&[b"10.0.0.3"]), Some(ip("10.0.0.3")));
        }
    }

    #[test]
    fn a_hop_can_have_its_port_and_brackets() {
        let of = |line: &[u8]| client("10.0.0.1", &[line], "10.0.0.0/8");
        for line in ["203.0.113.7:51234", "203.0.113.7", "\"203.0.113.7:51234\"", " 203.0.113.7:1 "] {
            assert_eq!(of(line.as_bytes()), Some(ip("203.0.113.7")), "{line}");
        }
        for line in ["[2001:db8::7]:51234", "[2001:db8::7]", "2001:db8::7", "\"[2001:db8::7]:51234\""] {
            assert_eq!(of(line.as_bytes()), Some(ip("2001:db8::7")), "{line}");
        }
    }

    #[test]
    fn a_hop_that_is_not_an_address_is_refused_and_never_taken_for_the_proxy() {
        let lines =
            [&b"nonsense"[..], b"198.51.100.7, nonsense", b"\xff\xfe", b"198.51.100.7, \xe9", b"unknown"];
        let more = [
            &b"_hidden"[..],
            b"203.0.113.7:",
            b"203.0.113.7:99999",
            b"[203.0.113.7]",
            b"[::1",
            b"1.2.3",
            b"\"",
        ];
        for line in lines.into_iter().chain(more) {
            assert_eq!(client("10.0.0.1", &[line], "10.0.0.0/8"), None, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn an_ipv6_subscriber_is_one_bucket() {
        assert_eq!(bucket(ip("2001:db8:1:2:3:4:5:6")), bucket(ip("2001:db8:1:2::9")));
        assert_ne!(bucket(ip("2001:db8:1:2::9")), bucket(ip("2001:db8:1:3::9")));
    }
}
