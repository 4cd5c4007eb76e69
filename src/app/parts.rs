//! What requests share, made from the configuration.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web;
use anyhow::Context;

use crate::alarms::Alarms;
use crate::authority::session::Sessions;
use crate::authority::{Limits, Services};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::db::Db;
use crate::identity_providers::IdentityProviders;
use crate::outbound::{HostPort, Outbound};
use crate::smtp::Mailer;
use crate::web::assets::Assets;
use crate::web::cookies::Cookies;
use crate::web::frame::Frame;
use crate::web::headers;
use crate::web::metrics::Metrics;

/// What verbs and pages share.
///
/// # Errors
/// When an address of the configuration can't be used, or the system's certificates can't be read.
pub fn services(config: Config, db: Db, clock: Clock, only: Option<String>) -> anyhow::Result<Services> {
    Ok(Services {
        sessions: sessions(&db, &clock, &config),
        only,
        providers: IdentityProviders::new(&config, &clock)?,
        db,
        clock,
        limits: Limits::default(),
        mail: Mailer::new(config.mail.as_ref()).context("GATEHOUSE_SMTP_URL")?,
        outbound: outbound(&config).context("the system's certificates")?,
        key_alarms: Alarms::default(),
        config,
    })
}

/// What the frame around every answer needs.
///
/// # Errors
/// When the system has no memory for the assets.
pub fn frame(config: &Config) -> anyhow::Result<Frame> {
    let plain: Vec<String> = config.providers.iter().filter_map(plain_origin).collect();
    Ok(Frame {
        metrics: web::Data::new(Metrics::default()),
        assets: web::Data::new(Assets::new().context("memory for style sheet and scripts")?),
        cookies: web::Data::new(Cookies::new(config.base_url.is_https())),
        sign_in_policy: headers::sign_in_policy(&plain),
        stopping: AtomicBool::new(false),
    })
}

/// The instance's lists bind people who are here, too.
fn sessions(db: &Db, clock: &Clock, config: &Config) -> Sessions {
    let lists = config.instance.clone();
    let admits = Arc::new(move |email: &_| lists.admits(email));
    Sessions::new(db.clone(), clock.clone(), admits, config.tenancy)
}

/// The client for addresses that people give; what the operator has set may be reached wherever it is.
fn outbound(config: &Config) -> Result<Outbound, reqwest::Error> {
    let set = config.llm.addresses().filter_map(HostPort::of);
    Outbound::new(config.outbound_allow.iter().cloned().chain(set).collect(), config.base_url.url())
}

fn plain_origin(provider: &config::ProviderConfig) -> Option<String> {
    (provider.issuer.scheme() == "http").then(|| provider.issuer.origin().ascii_serialization())
}
