//! The pages that show what was caught. A mail's own markup is shown in a frame that may do nothing.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpResponse, HttpServer, web};
use askama::Template;

use super::caught::Caught;
use super::store::Store;

/// For the pages themselves: no scripts, no forms, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";
/// For a mail's own markup: an origin of its own, and nothing but its inline style.
const SANDBOX: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'";

/// Serves the pages on `listener`.
///
/// # Errors
/// When it can't be listened on.
pub fn serve(listener: TcpListener, store: Arc<Store>) -> std::io::Result<Server> {
    let store = web::Data::from(store);
    let server = HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add((CONTENT_SECURITY_POLICY, POLICY))
            .add(("x-content-type-options", "nosniff"))
            .add(("referrer-policy", "no-referrer"))
            .add((CACHE_CONTROL, "no-store"));
        App::new().app_data(store.clone()).configure(register).wrap(headers)
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

fn register(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(list))
        .route("/mails/{id}", web::get().to(show))
        .route("/mails/{id}/html", web::get().to(html))
        .route("/mails/{id}/raw", web::get().to(raw))
        .route("/style.css", web::get().to(style));
}

#[derive(Template)]
#[template(path = "demo/mails.html")]
struct ListPage {
    mails: Vec<Arc<Caught>>,
}

#[derive(Template)]
#[template(path = "demo/mail.html")]
struct MailPage {
    mail: Arc<Caught>,
}

async fn list(store: web::Data<Store>) -> HttpResponse {
    page(&ListPage { mails: store.all() })
}

async fn show(store: web::Data<Store>, id: web::Path<u64>) -> HttpResponse {
    store.find(*id).map_or_else(gone, |mail| page(&MailPage { mail }))
}

async fn html(store: web::Data<Store>, id: web::Path<u64>) -> HttpResponse {
    let Some(html) = store.find(*id).and_then(|mail| mail.html.clone()) else { return gone() };
    HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

async fn raw(store: web::Data<Store>, id: web::Path<u64>) -> HttpResponse {
    let Some(mail) = store.find(*id) else { return gone() };
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(mail.source())
}

async fn style() -> HttpResponse {
    let style = concat!(
        include_str!("../../../templates/demo/style.css"),
        include_str!("../../../templates/demo/mail.css")
    );
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(style)
}

fn page(page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

fn gone() -> HttpResponse {
    HttpResponse::NotFound()
        .body("This email isn't here any more: only the last 200 are kept, until the demo stops.")
}
