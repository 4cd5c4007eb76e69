//! The server: what each request goes through, from the outermost layer to its route.

use std::net::SocketAddr;
use std::num::NonZero;
use std::time::Duration;

use actix_web::cookie::{Key, time};
use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{HttpServer, web};

use crate::api_document::ApiDocument;
use crate::authority::session::{self, LIFETIME};
use crate::authority::{Services, bearer, refusals};
use crate::routes;
use crate::web::door::{Door, hold_while_sent, note_who_asks};
use crate::web::frame::Frame;
use crate::web::{cross_site, envelope, form, notice, repeat};

/// How long requests under way may take once the process is told to stop.
const GRACE: u64 = 20;
/// How long an idle connection is kept.
pub const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// The server behind `door`, and where it listens.
///
/// # Errors
/// When it can't listen.
pub fn serve(
    services: &web::Data<Services>,
    frame: &web::Data<Frame>,
    cookie_key: Key,
    door: &Door,
) -> anyhow::Result<(Server, SocketAddr)> {
    let (listener, connections) = (door.listener()?, door.connections());
    let (address, room) = (listener.local_addr()?, connections.room());
    let (services, frame) = (services.clone(), frame.clone());
    let tenancy = services.config.tenancy;
    let cookies = frame.cookies.clone();
    let document = web::Data::new(ApiDocument::new(move || routes::document(tenancy, &cookies)));
    let server = HttpServer::new(move || {
        let lifetime = time::Duration::seconds(LIFETIME.num_seconds());
        let session_layer = frame.cookies.sessions(services.sessions.clone(), cookie_key.clone(), lifetime);
        actix_web::App::new()
            .app_data(services.clone())
            .app_data(frame.clone())
            .app_data(frame.assets.clone())
            .app_data(frame.cookies.clone())
            .app_data(document.clone())
            .configure(form::configure)
            .configure(|config| frame.assets.register(config))
            .service(
                web::scope("")
                    .configure(|config| routes::register(tenancy, config))
                    .wrap(from_fn(session::refuse_half))
                    .wrap(from_fn(cross_site::refuse))
                    .wrap(from_fn(refusals::leave))
                    .wrap(from_fn(repeat::answer))
                    .wrap(from_fn(notice::leave))
                    .wrap(from_fn(session::renew_if_due))
                    .wrap(from_fn(note_who_asks))
                    .wrap(session_layer)
                    .wrap(from_fn(bearer::judge)),
            )
            .wrap(Compress::default())
            .wrap(from_fn(envelope::wrap))
            .wrap(from_fn(hold_while_sent))
    });
    let workers = std::thread::available_parallelism().map_or(2, NonZero::get).min(4);
    let server = server
        .workers(workers)
        .max_connections(room.of_worker(workers))
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(GRACE)
        .disable_signals()
        .on_connect(move |connection, data| connections.take_in(connection, data))
        .listen(listener)?;
    Ok((server.run(), address))
}
