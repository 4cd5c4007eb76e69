//! The whole application: what production and the tests both start.

use std::future::pending;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::cookie::{Key, time};
use actix_web::dev::{Server, ServerHandle};
use actix_web::http::header::HeaderValue;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{HttpRequest, HttpServer, web};
use anyhow::Context;
use secrecy::ExposeSecret;
use tokio::signal::unix::{self, SignalKind};
use tokio::time::sleep;

use crate::access::Db;
use crate::access::session::{self, LIFETIME, Sessions};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::error::Error;
use crate::llm_keys::watch::{self, KeyWatch};
use crate::mail::worker::Worker;
use crate::mail::{self, Mail};
use crate::outbound::{HostPort, Outbound};
use crate::sign_in::{self, FLOW_LIFETIME, Providers};
use crate::web::assets::Assets;
use crate::web::cookies::Cookies;
use crate::web::door::Door;
use crate::web::limits::Limits;
use crate::web::metrics::Metrics;
use crate::web::{cross_site, envelope, form, metrics, notice, repeat};
use crate::{instance, routes};

/// What requests share.
pub struct Services {
    pub config: Config,
    pub db: Db,
    pub clock: Clock,
    pub sessions: Sessions,
    pub providers: Providers,
    pub limits: Limits,
    pub mail: Mail,
    pub outbound: Outbound,
    pub key_watch: KeyWatch,
    pub metrics: Metrics,
    pub assets: Assets,
    pub cookies: Cookies,
    /// The Content-Security-Policy of pages that lead to a provider.
    pub sign_in_policy: HeaderValue,
    stopping: AtomicBool,
}

impl Services {
    /// What the application of a request shares.
    ///
    /// # Errors
    /// When it shares nothing, which is a fault of ours.
    pub fn of(request: &HttpRequest) -> Result<web::Data<Self>, Error> {
        request
            .app_data::<web::Data<Self>>()
            .cloned()
            .ok_or_else(|| Error::Internal("no services".to_owned()))
    }

    /// Whether the process has been told to stop; readiness says so, so that balancers look elsewhere.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// How long a start waits for a database that is not up yet.
const DATABASE_WAIT: Duration = Duration::from_mins(1);
/// How long requests under way may take once the process is told to stop.
const GRACE: u64 = 20;
/// How long it is ready no more and serves all the same, so that balancers look elsewhere first.
const DRAIN: Duration = Duration::from_secs(3);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// By then every connection that was idle before the drain has come to its end.
const IDLE: Duration = KEEP_ALIVE.saturating_sub(DRAIN).saturating_add(Duration::from_secs(1));
/// How often what is over is deleted, and quiet clients are forgotten.
const HOUSEKEEPING: Duration = Duration::from_mins(10);

/// How often it is tried whether the database takes changes, and how often while it does not.
const BEAT: Duration = Duration::from_secs(15);
const BEAT_IN_TROUBLE: Duration = Duration::from_secs(2);

/// A started application.
pub struct App {
    services: web::Data<Services>,
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
        let db = connect_within(config.database_url.expose_secret(), DATABASE_WAIT).await?;
        db.migrate_up().await?;
        db.latest_beat().await?.into_iter().for_each(|mark| clock.resume_from(mark));
        instance::refuse_missing_keys(&db, &config.master_key).await?;
        let cookie_key = instance::cookie_key(&db, &config.master_key).await?;
        let plain: Vec<String> = config.providers.iter().filter_map(plain_origin).collect();
        let services = web::Data::new(Services {
            sessions: sessions(&db, &clock, &config),
            providers: Providers::new(&config, &clock)?,
            db,
            clock,
            limits: Limits::default(),
            mail: Mail::new(config.mail.as_ref()).context("GATEHOUSE_SMTP_URL")?,
            outbound: outbound(&config).context("the system's certificates")?,
            key_watch: KeyWatch::default(),
            metrics: Metrics::default(),
            assets: Assets::new().context("memory for style sheet and scripts")?,
            cookies: Cookies::new(config.base_url.is_https()),
            sign_in_policy: envelope::sign_in_policy(&plain),
            stopping: AtomicBool::new(false),
            config,
        });
        if let Some(link) = sign_in::claim::link(&services).await? {
            tracing::warn!(
                link,
                "nobody owns this Gatehouse yet: whoever signs in by this link becomes its owner"
            );
        }
        let bind = services.config.bind;
        let door = Door::open(bind).with_context(|| format!("GATEHOUSE_BIND {bind}"))?;
        let (server, address) = serve(&services, cookie_key, &door)?;
        let metrics =
            services.config.metrics_bind.map(|bind| metrics::serve(bind, services.clone())).transpose()?;
        Ok(Self { services, server, metrics, address, door, drain: true })
    }

    /// Where it listens; the port is the one that was given out when the configuration said 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops without a drain when it is told to: nobody looks for another instance.
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

    /// Serves until the server is stopped or the process is told to; requests under way are finished, unless it is
    /// told twice.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn run(self) -> std::io::Result<()> {
        let Self { services, server, metrics, door, drain, .. } = self;
        // Before the first request is answered: the signal would end the process.
        let signals = Signals::new()?;
        let discovery = actix_web::rt::spawn(discover(services.clone()));
        let housekeeping = actix_web::rt::spawn(keep_house(services.clone()));
        let heartbeat = actix_web::rt::spawn(beat(services.clone()));
        let postman = Worker::start(services.clone().into_inner());
        let key_watch = watch::start(services.clone().into_inner());
        let signals = obey_signals(signals, &services, server.handle(), &door, drain);
        let metrics_handle = metrics.as_ref().map(Server::handle);
        if let Some(metrics) = metrics {
            actix_web::rt::spawn(metrics);
        }
        let stopped = async {
            let result = server.await;
            if let Some(postman) = postman {
                postman.stop().await;
            }
            result
        };
        let result = tokio::select! {
            result = stopped => result,
            () = signals => Ok(()),
        };
        discovery.abort();
        housekeeping.abort();
        heartbeat.abort();
        key_watch.abort();
        if let Some(handle) = metrics_handle {
            handle.stop(false).await;
        }
        services.db.close().await;
        result
    }
}

/// Opens the database at `url`.
///
/// # Errors
/// When it can't be reached, with the cause.
pub async fn connect(url: &str) -> anyhow::Result<Db> {
    connect_within(url, Duration::ZERO).await
}

/// The same; a server that is not up yet is waited for.
async fn connect_within(url: &str, patience: Duration) -> anyhow::Result<Db> {
    if let Some(file) = config::sqlite_path(url) {
        prepare(&file).with_context(|| format!("making {}", file.display()))?;
    }
    // The address may hold a password: the error must not.
    let db = Db::connect(url, patience).await;
    db.map_err(|fault| anyhow::anyhow!("the database of GATEHOUSE_DATABASE_URL {fault}"))
}

/// Makes an SQLite file and its folder for their owner's eyes only; SQLite gives its log the same mode.
fn prepare(file: &Path) -> std::io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file).map(|_| ())
}

/// The instance's lists bind people who are here, too.
fn sessions(db: &Db, clock: &Clock, config: &Config) -> Sessions {
    let lists = config.instance.clone();
    Sessions::new(db.clone(), clock.clone(), Arc::new(move |email| lists.admits(email)))
}

/// The client for addresses that people give; what the operator has set may be reached wherever it is.
fn outbound(config: &Config) -> Result<Outbound, reqwest::Error> {
    let set = config.llm.addresses().filter_map(HostPort::of);
    Outbound::new(config.outbound_allow.iter().cloned().chain(set).collect(), config.base_url.url())
}

fn plain_origin(provider: &config::ProviderConfig) -> Option<String> {
    (provider.issuer.scheme() == "http").then(|| provider.issuer.origin().ascii_serialization())
}

fn serve(
    services: &web::Data<Services>,
    cookie_key: Key,
    door: &Door,
) -> anyhow::Result<(Server, SocketAddr)> {
    let (listener, inside) = (door.listener()?, door.inside());
    let address = listener.local_addr()?;
    let shared = services.clone();
    let server = HttpServer::new(move || {
        let lifetime = time::Duration::seconds(LIFETIME.num_seconds());
        let session_layer = shared.cookies.sessions(shared.sessions.clone(), cookie_key.clone(), lifetime);
        actix_web::App::new()
            .app_data(shared.clone())
            .configure(form::configure)
            .configure(|config| shared.assets.register(config))
            .service(
                web::scope("")
                    .configure(routes::register)
                    .wrap(from_fn(repeat::answer))
                    .wrap(from_fn(notice::leave))
                    .wrap(from_fn(session::renew_if_due))
                    .wrap(session_layer),
            )
            .wrap(from_fn(cross_site::refuse))
            .wrap(Compress::default())
            .wrap(from_fn(envelope::wrap))
    });
    let server = server
        .workers(std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(4))
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(GRACE)
        .disable_signals()
        .on_connect(move |connection, data| inside.note(connection, data))
        .listen(listener)?;
    Ok((server.run(), address))
}

/// Learns the providers' addresses and keys, and tries again until all are known.
async fn discover(services: web::Data<Services>) {
    while !services.providers.discover_missing().await {
        actix_web::rt::time::sleep(crate::sign_in::DISCOVERY_RETRY).await;
    }
}

/// Sees whether changes can be saved, and sooner whether they can be again.
async fn beat(services: web::Data<Services>) {
    loop {
        let wait = if services.db.fault().is_none() { BEAT } else { BEAT_IN_TROUBLE };
        actix_web::rt::time::sleep(wait).await;
        // What it finds is kept for whoever asks.
        let _ = services.db.beat(&services.clock).await;
    }
}

async fn keep_house(services: web::Data<Services>) {
    loop {
        actix_web::rt::time::sleep(HOUSEKEEPING).await;
        services.limits.forget_quiet();
        if let Err(error) = services.sessions.purge(FLOW_LIFETIME).await {
            tracing::warn!(%error, "old sessions not deleted");
        }
        if let Err(error) = services.db.forget_old_beats(&services.clock).await {
            tracing::warn!(%error, "stopped processes not forgotten");
        }
        if let Err(error) = sign_in::link::forget_old(&services).await {
            tracing::warn!(%error, "old sign-in links not forgotten");
        }
        if let Err(error) = crate::invites::forget_old_batches(&services).await {
            tracing::warn!(%error, "old results of invites not forgotten");
        }
        if let Err(error) = crate::gate::denials::forget_old(&services).await {
            tracing::warn!(%error, "old refusals not forgotten");
        }
        if let Err(error) = mail::forget_old(&services).await {
            tracing::warn!(%error, "old mails not forgotten");
        }
    }
}

/// On SIGTERM or Ctrl-C: readiness says so first, while requests go on being served and each answer ends its
/// connection; then no new connections; then what is under way ends. Returns when it is told a second time.
async fn obey_signals(
    mut signals: Signals,
    services: &Services,
    server: ServerHandle,
    door: &Door,
    drain: bool,
) {
    signals.next().await;
    tracing::info!("stopping");
    services.stopping.store(true, Ordering::Relaxed);
    let stopping = async {
        if drain {
            sleep(DRAIN).await;
            door.close(&server).await;
            door.wait_until_empty(IDLE).await;
        }
        server.stop(true).await;
        pending::<()>().await;
    };
    tokio::select! {
        () = stopping => {}
        () = signals.next() => tracing::info!("told twice: stopping at once"),
    }
}

/// SIGTERM and Ctrl-C.
struct Signals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        let [terminate, interrupt] = [SignalKind::terminate(), SignalKind::interrupt()].map(unix::signal);
        Ok(Self { terminate: terminate?, interrupt: interrupt? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
