//! Where people reach the installation.

use url::Url;

use super::error::Result;
use super::source::Source;

/// Where people reach this installation: scheme, host, port and no path.
#[derive(Clone, Debug)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Parses `https://host` or `http://host:port`.
    ///
    /// # Errors
    /// When it is not http(s), or has a path, a query, a fragment or credentials.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let url = Url::parse(text).map_err(|e| e.to_string())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare || !anonymous || url.host().is_none() {
            return Err(
                "must be a scheme, a host and perhaps a port, such as https://gatehouse.example.com".into()
            );
        }
        Ok(Self(url))
    }

    /// Reads the setting.
    pub(super) fn read(source: &mut Source) -> Result<Self> {
        source.parsed("BASE_URL", "http://localhost:8080", Self::parse)
    }

    /// The address itself.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The full address of a local path that begins with `/`.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// Scheme, host and port, as browsers send it in `Origin`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether browsers reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// Whether a URL's host is this machine by name or number.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
