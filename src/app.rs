//! The whole application: what production and the tests both start.

use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::PersistentSession;
use actix_web::cookie::{Key, SameSite, time};
use actix_web::dev::{Server, ServerHandle};
use actix_web::http::header::HeaderValue;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{HttpRequest, HttpServer, web};
use anyhow::Context;
use secrecy::ExposeSecret;

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
use crate::web::limits::Limits;
use crate::web::metrics::Metrics;
use crate::web::{cross_site, envelope, form, metrics};
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

/// How long requests under way may take once the process is told to stop.
const GRACE: u64 = 20;
/// How often what is over is deleted, and quiet clients are forgotten.
const HOUSEKEEPING: Duration = Duration::from_mins(10);

/// A started application.
pub struct App {
    services: web::Data<Services>,
    server: Server,
    metrics: Option<Server>,
    address: SocketAddr,
}

impl App {
    /// Migrates the database, opens the sockets and begins to answer.
    ///
    /// # Errors
    /// When the database can't be reached or migrated, the master key does not open what it should, or an
    /// address can't be bound.
    pub async fn build(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let db = connect(config.database_url.expose_secret()).await?;
        db.migrate_up().await?;
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
            assets: Assets::unpack().context("temporary folder for style sheet and scripts")?,
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
        let (server, address) = serve(&services, cookie_key, bind)?;
        let metrics =
            services.config.metrics_bind.map(|bind| metrics::serve(bind, services.clone())).transpose()?;
        Ok(Self { services, server, metrics, address })
    }

    /// Where it listens; the port is the one that was given out when the configuration said 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// What requests share, for tests that look behind the pages.
    pub fn services(&self) -> web::Data<Services> {
        self.services.clone()
    }

    /// Serves until the server is stopped or the process is told to; requests under way are finished.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn run(self) -> std::io::Result<()> {
        let Self { services, server, metrics, .. } = self;
        let discovery = actix_web::rt::spawn(discover(services.clone()));
        let housekeeping = actix_web::rt::spawn(keep_house(services.clone()));
        let postman = Worker::start(services.clone().into_inner());
        let key_watch = watch::start(services.clone().into_inner());
        let signals = actix_web::rt::spawn(stop_on_signal(services.clone(), server.handle()));
        let metrics_handle = metrics.as_ref().map(Server::handle);
        if let Some(metrics) = metrics {
            actix_web::rt::spawn(metrics);
        }
        let result = server.await;
        discovery.abort();
        housekeeping.abort();
        signals.abort();
        key_watch.abort();
        if let Some(postman) = postman {
            postman.stop().await;
        }
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
/// When it can't be reached.
pub async fn connect(url: &str) -> anyhow::Result<Db> {
    if let Some(file) = config::sqlite_path(url) {
        prepare(&file).with_context(|| format!("making {}", file.display()))?;
    }
    // The address may hold a password: the error must not.
    Db::connect(url).await.map_err(|e| anyhow::anyhow!("the database of GATEHOUSE_DATABASE_URL: {e}"))
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
    bind: SocketAddr,
) -> anyhow::Result<(Server, SocketAddr)> {
    let shared = services.clone();
    let server = HttpServer::new(move || {
        let https = shared.config.base_url.is_https();
        let session_layer = session_middleware(shared.sessions.clone(), cookie_key.clone(), https);
        actix_web::App::new()
            .app_data(shared.clone())
            .configure(form::configure)
            .configure(|config| shared.assets.register(config))
            .service(
                web::scope("")
                    .configure(routes::register)
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
        .shutdown_timeout(GRACE)
        .disable_signals()
        .on_connect(|connection, _| {
            // Otherwise the last part of an answer waits for the client's acknowledgement.
            if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
                let _ = stream.set_nodelay(true);
            }
        })
        .bind(bind)
        .with_context(|| format!("GATEHOUSE_BIND {bind}"))?;
    let address = server.addrs().first().copied().unwrap_or(bind);
    Ok((server.run(), address))
}

fn session_middleware(sessions: Sessions, key: Key, https: bool) -> SessionMiddleware<Sessions> {
    let lifetime = time::Duration::seconds(LIFETIME.num_seconds());
    let name = if https { "__Host-session" } else { "session" };
    SessionMiddleware::builder(sessions, key)
        .cookie_name(name.to_owned())
        .cookie_secure(https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .session_lifecycle(PersistentSession::default().session_ttl(lifetime))
        .build()
}

/// Learns the providers' addresses and keys, and tries again until all are known.
async fn discover(services: web::Data<Services>) {
    while !services.providers.discover_missing().await {
        actix_web::rt::time::sleep(crate::sign_in::DISCOVERY_RETRY).await;
    }
}

async fn keep_house(services: web::Data<Services>) {
    loop {
        actix_web::rt::time::sleep(HOUSEKEEPING).await;
        services.limits.forget_quiet();
        if let Err(error) = services.sessions.purge(FLOW_LIFETIME).await {
            tracing::warn!(%error, "old sessions not deleted");
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

/// On SIGTERM or Ctrl-C: readiness says so first, then no new connections, then the requests under way end.
async fn stop_on_signal(services: web::Data<Services>, server: ServerHandle) {
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping");
    services.stopping.store(true, Ordering::Relaxed);
    server.stop(true).await;
}
