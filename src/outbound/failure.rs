//! Why a request came to nothing, in words for people. Neither type holds anything of the request.

use std::error::Error;
use std::io;
use std::iter::successors;

use url::{Host, Url};

use std::time::Duration;

use super::host_port::HostPort;

/// How long one request may take, from the look-up of the name to the last byte of the answer.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Why a request is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// Not https; or http, where it is not allowed.
    Scheme,
    /// A user name or a password in the address.
    Credentials,
    /// Not 443.
    Port(u16),
    /// Not a public address: loopback, private, link-local, metadata, reserved, multicast, embedded IPv4.
    Private,
    /// This installation itself.
    Own,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("requests to it are blocked")]
    Blocked(Blocked),
    #[error("the name is not known")]
    NotFound,
    #[error("the connection was refused")]
    Refused,
    #[error("its certificate is not trusted, or it does not speak TLS")]
    Tls,
    #[error("no answer within {} seconds", TIMEOUT.as_secs())]
    Timeout,
    #[error("the answer was larger than 1 MB")]
    TooLarge,
    #[error("the connection failed, or the answer was not HTTP")]
    Broken,
}

impl Blocked {
    /// What to tell people, with the operator's cure where there is one. Of the address only host and port appear.
    pub fn sentence(&self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        match self {
            Self::Scheme if url.scheme() == "http" => {
                format!("Blocked: {host} must be reached over https.{}", cure(url))
            }
            Self::Scheme => "Blocked: the address must begin with https://.".to_owned(),
            Self::Credentials => "Blocked: the address holds a user name or a password.".to_owned(),
            Self::Port(port) => format!("Blocked: port {port} is not 443.{}", cure(url)),
            Self::Private if url.domain().is_some() => {
                format!("Blocked: {host} leads to a private address.{}", cure(url))
            }
            Self::Private => format!("Blocked: {host} is a private address.{}", cure(url)),
            Self::Own => format!("Blocked: {host} is this Gatehouse itself."),
        }
    }
}

/// Nothing that anyone should reach is link-local: clouds keep their metadata there.
fn cure(url: &Url) -> String {
    let link_local = matches!(url.host(), Some(Host::Ipv4(address)) if address.is_link_local());
    HostPort::of(url).filter(|_| !link_local).map_or_else(String::new, |target| {
        format!(" The server’s admin can allow it with GATEHOUSE_OUTBOUND_ALLOW={target}.")
    })
}

impl Failure {
    /// What to tell people. Of the address only host and port appear.
    pub fn sentence(&self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        match self {
            Self::Blocked(blocked) => blocked.sentence(url),
            Self::TooLarge => "The answer was larger than 1 MB.".to_owned(),
            _ => format!("Could not reach {host}{port}: {self}."),
        }
    }
}

impl From<Blocked> for Failure {
    fn from(blocked: Blocked) -> Self {
        Self::Blocked(blocked)
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        successors(Some(&error as &(dyn Error + 'static)), |cause| below(*cause))
            .find_map(known)
            .unwrap_or(Self::Broken)
    }
}

/// The resolver's own words, or what the operating system or TLS says.
fn known(cause: &(dyn Error + 'static)) -> Option<Failure> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return Some(*failure);
    }
    match cause.downcast_ref::<io::Error>()?.kind() {
        io::ErrorKind::ConnectionRefused => Some(Failure::Refused),
        io::ErrorKind::TimedOut => Some(Failure::Timeout),
        // Every error of TLS comes as this, with its own error inside.
        io::ErrorKind::InvalidData => Some(Failure::Tls),
        _ => None,
    }
}

/// The next cause. An `io::Error` leaves out of its sources what it wraps.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
