//! By which name this machine greets a mail server.

use std::net::IpAddr;

use url::{Host, Url};

/// The longest name that a greeting can hold, in bytes (RFC 5321, section 4.5.3.1.2).
const LONGEST: usize = 255;

/// The name after EHLO: a host name, or an address in brackets (RFC 5321, section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelloName(String);

impl HelloName {
    /// Reads a host name or an IP address, with its brackets or without.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        let bare = bare.strip_prefix("IPv6:").unwrap_or(bare);
        if let Ok(ip) = bare.parse() {
            return Ok(Self::literal(ip));
        }
        let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_of_name);
        if text.len() <= LONGEST && text.split('.').all(is_label) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        Err("must be a host name or an IP address, such as gatehouse.example.com".to_owned())
    }

    /// The host of an address.
    pub fn of(url: &Url) -> Self {
        match url.host() {
            Some(Host::Domain(name)) => Self(name.trim_end_matches('.').to_owned()),
            Some(Host::Ipv4(ip)) => Self::literal(ip.into()),
            Some(Host::Ipv6(ip)) => Self::literal(ip.into()),
            None => Self("localhost".to_owned()),
        }
    }

    /// As it is written in a greeting.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn literal(ip: IpAddr) -> Self {
        Self(if ip.is_ipv6() { format!("[IPv6:{ip}]") } else { format!("[{ip}]") })
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
