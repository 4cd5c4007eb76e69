//! Demo Mail: an SMTP server that takes every mail and sends none on, and a page that shows what came. A mail
//! account on someone else's server, as far as the application knows.

mod caught;
mod page;
mod smtp;
mod store;
mod talk;

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::rt::task::JoinHandle;

use store::Store;

/// The catcher, listening.
pub struct DemoMail {
    /// Its page.
    pub server: Server,
    /// Where the page is.
    pub url: String,
    /// Where mail is taken.
    pub smtp: SocketAddr,
    /// Takes mail until it is aborted.
    pub taking: JoinHandle<()>,
}

impl DemoMail {
    /// Shows on `page` what comes in on `smtp`; both must be loopback addresses.
    ///
    /// # Errors
    /// When an address is taken.
    pub async fn start(page: SocketAddr, smtp: SocketAddr) -> anyhow::Result<Self> {
        let is_local = page.ip().is_loopback() && smtp.ip().is_loopback();
        anyhow::ensure!(is_local, "the mail catcher listens on loopback only");
        let taken = |address: SocketAddr| {
            move |e: std::io::Error| {
                anyhow::anyhow!("the mail catcher can't listen on {address}: {e}; choose another --port")
            }
        };
        let store = Arc::new(Store::default());
        let listener = tokio::net::TcpListener::bind(smtp).await.map_err(taken(smtp))?;
        let smtp = listener.local_addr()?;
        let listener_of_page = std::net::TcpListener::bind(page).map_err(taken(page))?;
        let url = format!("http://localhost:{}", listener_of_page.local_addr()?.port());
        let server = page::serve(listener_of_page, store.clone())?;
        Ok(Self { server, url, smtp, taking: actix_web::rt::spawn(smtp::listen(listener, store)) })
    }
}
