//! A host and a port, in the one form in which they are compared.

use std::fmt;

use url::{Host, Url};

/// `host:port` that may be reached although it is private or speaks http.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    host: Host,
    port: u16,
}

impl HostPort {
    /// Parses `10.0.0.5:11434`, `[::1]:8080` or `llm.lan:8000`. The host is read as in a URL: in any case, and
    /// numbers in any notation.
    ///
    /// # Errors
    /// With a sentence, when it is something else.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text.trim())
            .ok_or_else(|| "must be a host and a port, such as 10.0.0.5:11434 or [::1]:8080".to_owned())
    }

    fn read(text: &str) -> Option<Self> {
        let (host, digits) = text.rsplit_once(':')?;
        // A pattern would never match: an exception is one host.
        if host.contains('*') {
            return None;
        }
        let port = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
        (port > 0).then_some(Self { host: canonical(Host::parse(host).ok()?)?, port })
    }

    /// Where an http or https URL leads; nothing for other schemes.
    pub fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        Some(Self { host: host(url)?, port: url.port_or_known_default()? })
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// The host of a URL.
pub(super) fn host(url: &Url) -> Option<Host> {
    canonical(url.host()?.to_owned())
}

/// `url` has done the rest; a dot at the end means the same host.
fn canonical(host: Host) -> Option<Host> {
    let Host::Domain(name) = host else { return Some(host) };
    let name = name.trim_end_matches('.');
    (!name.is_empty()).then(|| Host::Domain(name.to_owned()))
}
