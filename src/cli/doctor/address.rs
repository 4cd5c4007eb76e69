//! Where it listens: can it, or does it already, or does another Gatehouse?

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use secrecy::ExposeSecret;

use super::report::Report;
use crate::config::{self, Config};
use crate::web::installation::INSTALLATION;
use crate::{app, instance, links};

/// How long who listens there may take to say who they are.
const PATIENCE: Duration = Duration::from_secs(12);

/// As a start does, one after the other: two settings may name one address.
pub(super) async fn addresses(report: &mut Report, config: &Config) {
    let bind = Listening {
        config,
        setting: "GATEHOUSE_BIND",
        at: config.bind,
        path: links::READYZ,
        says: "database: ",
    };
    let first = bind.examine(report).await;
    if let Some(at) = config.metrics_bind {
        let setting = "GATEHOUSE_METRICS_BIND";
        Listening { config, setting, at, path: "/metrics", says: "gatehouse_" }.examine(report).await;
    }
    drop(first);
}

/// An address, and how a Gatehouse is known that listens there.
struct Listening<'a> {
    config: &'a Config,
    setting: &'static str,
    at: SocketAddr,
    path: &'static str,
    says: &'static str,
}

/// Who listens at an address.
enum Listener {
    /// A Gatehouse of this database.
    Ours,
    AnotherGatehouse,
    /// A Gatehouse, and one of the two can't say which.
    SomeGatehouse,
    Stranger,
}

impl Listening<'_> {
    async fn examine(&self, report: &mut Report) -> Option<TcpListener> {
        let at = self.at;
        match TcpListener::bind(at) {
            Ok(listener) => {
                report.good("address", format!("{at} is free to listen on"));
                return Some(listener);
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                let (setting, listener) = (self.setting, self.listener().await);
                match listener {
                    Listener::Ours => report.good("address", format!("this Gatehouse listens on {at}")),
                    Listener::AnotherGatehouse => report.bad(
                        "address",
                        format!("{setting} {at}: another Gatehouse listens there. Choose another address"),
                    ),
                    Listener::SomeGatehouse => Report::none("address", some_gatehouse(setting, at)),
                    Listener::Stranger => report.bad("address", unusable(setting, at, &error)),
                }
            }
            Err(error) => report.bad("address", unusable(self.setting, at, &error)),
        }
        None
    }

    async fn listener(&self) -> Listener {
        let Some((text, theirs)) = self.answer().await else { return Listener::Stranger };
        if !text.contains(self.says) {
            return Listener::Stranger;
        }
        match (theirs, installation(self.config).await) {
            (Some(theirs), Ok(Some(ours))) if theirs == ours => Listener::Ours,
            // The listener has started before, which leaves its mark in its database.
            (Some(_), Ok(_)) => Listener::AnotherGatehouse,
            (None, _) | (_, Err(_)) => Listener::SomeGatehouse,
        }
    }

    /// What the listener says, and the installation that it names.
    async fn answer(&self) -> Option<(String, Option<String>)> {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().ok()?;
        let url = format!("http://{}{}", reachable(self.at), self.path);
        let answer = client.get(url).send().await.ok()?;
        let named = answer.headers().get(INSTALLATION).and_then(|name| name.to_str().ok()).map(str::to_owned);
        Some((answer.text().await.ok()?, named))
    }
}

fn unusable(setting: &str, at: SocketAddr, error: &std::io::Error) -> String {
    format!("{setting} {at}: {error}. Choose another address")
}

fn some_gatehouse(setting: &str, at: SocketAddr) -> String {
    format!(
        "a Gatehouse listens on {at}, and can't be identified until it answers and its database can be read: if it \
         isn't this one, choose another {setting}"
    )
}

/// The public name of the installation that is configured; none if it has never started.
async fn installation(config: &Config) -> anyhow::Result<Option<String>> {
    let url = config.database_url.expose_secret();
    if config::sqlite_path(url).is_some_and(|path| !path.exists()) {
        return Ok(None);
    }
    let db = app::connect(url).await?;
    let key = instance::known_cookie_key(&db, &config.master_key).await;
    db.close().await;
    Ok(key?.as_ref().map(instance::public_id))
}

/// Who listens everywhere is asked here.
fn reachable(at: SocketAddr) -> SocketAddr {
    let ip = match at.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, at.port())
}
