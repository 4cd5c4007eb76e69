//! The provider, listening on loopback, and every address that it has.

use std::net::SocketAddr;
use std::sync::Mutex;

use actix_web::dev::Server;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpServer, web};
use openidconnect::IssuerUrl;
use url::Url;

use super::authorization::{answer, ask};
use super::client::Client;
use super::discovery::{discovery, keys};
use super::page::style;
use super::signing_key::SigningKey;
use super::state::State;
use super::tokens::redeem;
use super::user_info::user_info;

/// The provider, listening.
pub struct DemoProvider {
    pub server: Server,
    pub issuer: String,
}

impl DemoProvider {
    /// Listens on `bind`, which must be a loopback address, as `http://localhost:port`.
    ///
    /// # Errors
    /// When the address is taken or no key can be made.
    pub fn start(bind: SocketAddr, client: Client) -> anyhow::Result<Self> {
        anyhow::ensure!(bind.ip().is_loopback(), "the demo provider listens on loopback only");
        let listener = std::net::TcpListener::bind(bind).map_err(|e| {
            anyhow::anyhow!("the demo provider can't listen on {bind}: {e}; choose another --port")
        })?;
        let issuer = format!("http://localhost:{}", listener.local_addr()?.port());
        let state = web::Data::new(State {
            issuer: IssuerUrl::new(issuer.clone())?,
            client,
            key: SigningKey::generate()?,
            memory: Mutex::default(),
        });
        let server = HttpServer::new(move || {
            App::new().app_data(state.clone()).configure(register).wrap(headers(&state.client))
        });
        Ok(Self { server: server.workers(1).disable_signals().listen(listener)?.run(), issuer })
    }
}

fn register(config: &mut web::ServiceConfig) {
    config
        .route("/.well-known/openid-configuration", web::get().to(discovery))
        .route("/jwks.json", web::get().to(keys))
        .route("/authorize", web::get().to(ask))
        .route("/authorize", web::post().to(answer))
        .route("/token", web::post().to(redeem))
        .route("/userinfo", web::get().to(user_info))
        .route("/style.css", web::get().to(style));
}

/// A browser checks `form-action` against the way back to the client, too.
fn headers(client: &Client) -> DefaultHeaders {
    let client =
        Url::parse(&client.redirect).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let policy =
        format!("default-src 'none'; style-src 'self'; form-action 'self' {client}; frame-ancestors 'none'");
    DefaultHeaders::new().add(("content-security-policy", policy)).add((CACHE_CONTROL, "no-store"))
}
