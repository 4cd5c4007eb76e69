//! What requests share, made from the configuration.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};

use actix_web::cookie::Key;
use actix_web::http::header::HeaderValue;
use actix_web::web;
use anyhow::Context;
use tokio::sync::Notify;

use crate::alarms::Alarms;
use crate::authority::session::{Admits, Sessions};
use crate::authority::{Limits, Services, Tokens};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::db::Db;
use crate::identity_providers::IdentityProviders;
use crate::instance;
use crate::key_uses::KeyUses;
use crate::outbound::{HostPort, Outbound};
use crate::smtp::Mailer;
use crate::web::assets::Assets;
use crate::web::cookies::Cookies;
use crate::web::door::Connections;
use crate::web::frame::Frame;
use crate::web::headers;
use crate::web::metrics::Metrics;
use crate::web::told::Told;

/// What verbs and pages share.
///
/// # Errors
/// When an address of the configuration can't be used, or no certificate of the system can be used.
pub fn services(config: Config, db: Db, clock: Clock, only: Option<String>) -> anyhow::Result<Services> {
    Ok(Services {
        sessions: Sessions::new(db.clone(), clock.clone(), admits(&config), config.tenancy),
        tokens: Tokens::new(db.clone(), clock.clone(), admits(&config)),
        key_uses: KeyUses::default(),
        only,
        providers: IdentityProviders::new(&config, &clock)?,
        db,
        clock,
        limits: Limits::new(config.sign_in_rate),
        mail: Mailer::new(config.mail.as_ref()).context("GATEHOUSE_SMTP_URL")?,
        outbound: outbound(&config)?,
        key_alarms: Alarms::default(),
        reminders_due: Notify::new(),
        config,
    })
}

/// What the frame around every answer needs.
///
/// # Errors
/// When the id of the installation is no header.
pub fn frame(config: &Config, connections: &Connections, cookie_key: &Key) -> anyhow::Result<Frame> {
    let plain: Vec<String> = config.providers.iter().filter_map(plain_origin).collect();
    Ok(Frame {
        metrics: web::Data::new(Metrics::new(connections.clone())),
        assets: web::Data::new(Assets::default()),
        cookies: web::Data::new(Cookies::new(config.base_url.is_https())),
        sign_in_policy: headers::sign_in_policy(&plain),
        installation: HeaderValue::from_str(&instance::public_id(cookie_key))?,
        stopping: AtomicBool::new(false),
        unknown_proxy: Once::new(),
        told: Told::default(),
    })
}

/// The instance's lists bind people who are here, too.
fn admits(config: &Config) -> Admits {
    let lists = config.instance.clone();
    Arc::new(move |email: &_| lists.admits(email))
}

/// The client for addresses that people give; what the operator has set may be reached wherever it is.
///
/// # Errors
/// When no certificate of the system can be used.
pub fn outbound(config: &Config) -> anyhow::Result<Outbound> {
    let set = config.llm.addresses().filter_map(HostPort::of);
    Outbound::new(config.outbound_allow.iter().cloned().chain(set).collect(), config.base_url.url())
}

fn plain_origin(provider: &config::ProviderConfig) -> Option<String> {
    (provider.issuer.scheme() == "http").then(|| provider.issuer.origin().ascii_serialization())
}
