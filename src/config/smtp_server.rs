//! The address of a mail server, with how to connect and log in.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

/// The server that accepts mail for delivery (RFC 6409).
pub struct SmtpServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<Login>,
}

/// A user of the server.
#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: SecretString,
}

/// How the way to the server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314, section 3): `smtps://`.
    Tls,
    /// STARTTLS (RFC 3207), without which nothing is sent: `smtp://`.
    StartTls,
    /// STARTTLS where the server offers it: `?tls=opportunistic`.
    Opportunistic,
    /// Nothing: `?tls=none`, on this machine only.
    None,
}

impl SmtpServer {
    /// Reads `smtp://user:password@host:587` or `smtps://…:465`.
    ///
    /// # Errors
    /// A sentence that holds nothing of the address, for that has a password in it.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        const SHAPE: &str = "must look like smtp://user:password@smtp.example.com:587 or smtps://…:465, with what \
                             is special in user and password percent-encoded";
        let url = Url::parse(text).map_err(|_| SHAPE)?;
        let is_smtps = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(SHAPE.to_owned()),
        };
        let host = host(&url).ok_or(SHAPE)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SHAPE.to_owned());
        }
        let security = security(&url, is_smtps)?;
        if security == Security::None && !is_loopback(&host) {
            return Err(
                "has ?tls=none, which is for a server on this machine only; leave it out, or choose \
                        ?tls=opportunistic for a server that may not speak TLS"
                    .to_owned(),
            );
        }
        let port = url.port().unwrap_or(if is_smtps { 465 } else { 587 });
        Ok(Self { port, security, login: login(&url)?, host })
    }
}

/// In lower case and without the brackets of an IPv6 address. The scheme is none that [`Url`] knows, so that an
/// IPv4 address comes as a name.
fn host(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => {
            let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_';
            (!name.is_empty() && name.bytes().all(is_name)).then(|| name.to_ascii_lowercase())
        }
        Host::Ipv4(ip) => Some(ip.to_string()),
        Host::Ipv6(ip) => Some(ip.to_string()),
    }
}

/// Whether the name says that the server is on this machine. Where it leads is judged by the connection.
fn is_loopback(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

fn security(url: &Url, is_smtps: bool) -> std::result::Result<Security, String> {
    let options: Vec<_> = url.query_pairs().collect();
    match options.as_slice() {
        [] if is_smtps => Ok(Security::Tls),
        [] => Ok(Security::StartTls),
        [(name, _)] if name == "tls" && is_smtps => {
            Err("has ?tls=…, which is for smtp:// only: smtps:// always speaks TLS".to_owned())
        }
        [(name, value)] if name == "tls" => match value.as_ref() {
            "required" => Ok(Security::StartTls),
            "opportunistic" => Ok(Security::Opportunistic),
            "none" => Ok(Security::None),
            _ => Err("has a ?tls=… that is none of required, opportunistic and none".to_owned()),
        },
        _ => Err("has options other than ?tls=…".to_owned()),
    }
}

fn login(url: &Url) -> std::result::Result<Option<Login>, String> {
    let decode = |text: &str| {
        let text =
            percent_decode_str(text).decode_utf8().map_err(|_| "has a user or password that is not UTF-8")?;
        if text.chars().any(char::is_control) {
            return Err("has control characters in user or password");
        }
        Ok(text.into_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err("has a password and no user".to_owned()),
        (_, None) => Err("has a user and no password".to_owned()),
        (user, Some(password)) => {
            Ok(Some(Login { user: decode(user)?, password: SecretString::from(decode(password)?) }))
        }
    }
}
