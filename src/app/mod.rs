//! The whole application: what production and the tests both start.

mod background;
mod database;
mod mails;
mod parts;
mod server;
mod signals;

pub use database::{connect, refuse_unmakable};
pub use parts::outbound;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::web;
use anyhow::Context;
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;

use crate::authority::{Organization, Services};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::db::Db;
use crate::listing::seal_places_with;
use crate::llm_keys::{uses, watch};
use crate::mail::worker::Worker;
use crate::web::door::{Connections, Door, Room};
use crate::web::frame::Frame;
use crate::web::metrics;
use crate::{instance, organization, sign_in, trust};
use mails::Mails;
use signals::Signals;

/// How long a start waits for a database that is not up yet.
const DATABASE_WAIT: Duration = Duration::from_mins(1);

/// A started application.
pub struct App {
    services: web::Data<Services>,
    frame: web::Data<Frame>,
    server: Server,
    metrics: Option<Server>,
    address: SocketAddr,
    door: Door,
    drain: bool,
}

impl App {
    /// Migrates the database, opens the sockets and begins to answer.
    ///
    /// # Errors
    /// When the database can't be reached or migrated, the master key does not open what it should, or an
    /// address can't be bound.
    pub async fn build(config: Config, clock: Clock) -> anyhow::Result<Self> {
        Self::build_at(config, clock, TcpListener::bind::<SocketAddr>).await
    }

    /// The same with a socket that `listen` gives, once everything else is ready.
    ///
    /// # Errors
    /// As [`App::build`].
    pub async fn build_at(
        config: Config,
        clock: Clock,
        listen: impl FnOnce(SocketAddr) -> io::Result<TcpListener>,
    ) -> anyhow::Result<Self> {
        // While the database is opened.
        tokio::task::spawn_blocking(trust::read);
        let db = database::connect_within(config.database_url.expose_secret(), DATABASE_WAIT).await?;
        db.migrate_up().await?;
        db.latest_beat().await?.into_iter().for_each(|mark| clock.resume_from(mark));
        instance::refuse_missing_keys(&db, &config.master_key).await?;
        let cookie_key = instance::cookie_key(&db, &config.master_key).await?;
        seal_places_with(cookie_key.master());
        let only = only_organization(&db, &config).await?;
        for (provider, base) in config.llm.cut_addresses() {
            tracing::info!(provider, %base, "of GATEHOUSE_LLM__…__BASE_URL only the base is used");
        }
        let connections = Connections::new(Room::of_process(), &config.trusted_proxies);
        let frame = web::Data::new(parts::frame(&config, &connections, &cookie_key)?);
        let services = web::Data::new(parts::services(config, db, clock, only)?);
        if let Some(link) = sign_in::claim::link(&services).await? {
            tracing::warn!(
                link,
                "no one owns this Gatehouse yet: the first person to sign in with this link becomes its owner"
            );
        }
        let bind = services.config.bind;
        let listener = listen(bind).with_context(|| format!("GATEHOUSE_BIND {bind}"))?;
        let door = Door::open(listener, connections).with_context(|| format!("GATEHOUSE_BIND {bind}"))?;
        let (server, address) = server::serve(&services, &frame, cookie_key, &door)?;
        let metrics = services
            .config
            .metrics_bind
            .map(|bind| metrics::serve(bind, frame.metrics.clone(), frame.installation.clone()))
            .transpose()?;
        Ok(Self { services, frame, server, metrics, address, door, drain: true })
    }

    /// Where it listens; the port is the one that was given out when the configuration said 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops without a drain when it is told to: no one looks for another instance.
    #[must_use]
    pub fn without_drain(self) -> Self {
        Self { drain: false, ..self }
    }

    /// Stops it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// What requests share, for tests that look behind the pages.
    pub fn services(&self) -> web::Data<Services> {
        self.services.clone()
    }

    /// What answers share, for the same tests.
    pub fn frame(&self) -> web::Data<Frame> {
        self.frame.clone()
    }

    /// Serves until the server is stopped or the process is told to; requests under way are finished, unless it is
    /// told twice.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn run(self) -> io::Result<()> {
        let Self { services, frame, server, metrics, door, drain, .. } = self;
        // Before the first request is answered: the signal would end the process.
        let signals = Signals::new()?;
        let background = background::start(&services);
        let watch = actix_web::rt::spawn(door.connections().watch());
        let composer = Arc::new(Mails(services.clone().into_inner()));
        let mail_worker = Worker::start(services.clone().into_inner(), composer);
        let key_watch = watch::start(services.clone().into_inner());
        let key_uses = uses::start(services.clone().into_inner());
        let signals = signals::obey(signals, &frame, server.handle(), &door, drain);
        let metrics_handle = metrics.as_ref().map(Server::handle);
        if let Some(metrics) = metrics {
            actix_web::rt::spawn(metrics);
        }
        let stopped = async {
            let result = server.await;
            if let Some(mail_worker) = mail_worker {
                mail_worker.stop().await;
            }
            result
        };
        let result = tokio::select! {
            result = stopped => result,
            () = signals => Ok(()),
        };
        background.iter().for_each(JoinHandle::abort);
        watch.abort();
        key_watch.abort();
        key_uses.abort();
        uses::write(&services).await;
        services.tokens.last_uses.write().await;
        if let Some(handle) = metrics_handle {
            handle.stop(false).await;
        }
        services.db.close().await;
        result
    }
}

/// The id of the organization that is served where there is one.
///
/// # Errors
/// When there are several.
pub async fn only_organization(db: &Db, config: &Config) -> anyhow::Result<Option<String>> {
    if config.tenancy.is_multi() {
        return Ok(None);
    }
    let all = organization::operator::names(db).await?;
    if all.len() > 1 {
        let problem = format!(
            "is `single`, and this database has {} organizations: {}. Set it to `multi`",
            all.len(),
            all.join(", ")
        );
        return Err(ConfigError { variable: "GATEHOUSE_TENANCY".to_owned(), problem }.into());
    }
    Ok(Some(Organization::only(db).await?.id))
}
