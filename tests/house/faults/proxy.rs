//! Between the product and PostgreSQL: connections that are cut, swallowed or refused on command.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::rt::spawn;
use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::sleep;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

/// What happens to connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Forwards,
    /// What is sent arrives later.
    Delays(Duration),
    /// Open ones are closed, and so are new ones.
    Refuses,
    /// Nothing that is sent arrives; what was swallowed once stays so.
    Swallows,
}

/// Where a connection is cut: at the COMMIT of a transaction that has mentioned a text.
#[derive(Clone, Copy)]
pub struct Cut {
    pub mentioned: &'static str,
    /// Once the server has committed; else before it hears of it.
    pub after: bool,
    /// For how long everything is refused from then on.
    pub down: Duration,
}

pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    server: String,
    mode: watch::Sender<Mode>,
    cut: Mutex<Option<Cut>>,
}

impl Proxy {
    /// In front of the server of a database URL.
    pub async fn before(url: &str) -> Self {
        Self::before_at(url, 0).await
    }

    pub async fn before_at(url: &str, port: u16) -> Self {
        let url: Url = url.parse().expect("an address");
        let server = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let shared =
            Arc::new(Shared { server, mode: watch::Sender::new(Mode::Forwards), cut: Mutex::new(None) });
        let accepting = spawn(accept(listener, shared.clone()));
        Self { port, shared, accepting }
    }

    pub fn be(&self, mode: Mode) {
        self.shared.mode.send_replace(mode);
    }

    pub fn cut_once(&self, cut: Cut) {
        *self.shared.cut.lock().expect("memory") = Some(cut);
    }

    /// Whether the last order to cut was carried out.
    pub fn has_cut(&self) -> bool {
        self.shared.cut.lock().expect("memory").is_none()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The same database at another port of this machine, without encryption.
pub fn url_at(url: &str, port: u16) -> String {
    let mut url: Url = url.parse().expect("an address");
    url.set_host(Some("127.0.0.1")).expect("a host");
    url.set_port(Some(port)).expect("a port");
    url.query_pairs_mut().append_pair("sslmode", "disable");
    url.to_string()
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let (client, _) = listener.accept().await.expect("a connection");
        spawn(carry(client, shared.clone()));
    }
}

/// Carries one connection until either end, an order or a cut ends it.
async fn carry(mut client: TcpStream, shared: Arc<Shared>) {
    let mut mode = shared.mode.subscribe();
    let now = *mode.borrow();
    match now {
        Mode::Forwards | Mode::Delays(_) => {}
        Mode::Refuses => return,
        Mode::Swallows => return swallow(client, mode).await,
    }
    let Ok(mut server) = TcpStream::connect(&shared.server).await else { return };
    let (mut said, mut answered) = (vec![0; 65536], vec![0; 65536]);
    let mut has_mentioned = false;
    loop {
        tokio::select! {
            changed = mode.changed() => {
                let now = *mode.borrow_and_update();
                match now {
                    _ if changed.is_err() => return,
                    Mode::Forwards | Mode::Delays(_) => {}
                    Mode::Refuses => return,
                    Mode::Swallows => return swallow(client, mode).await,
                }
            }
            read = client.read(&mut said) => {
                let Ok(length @ 1..) = read else { return };
                let part = &said[..length];
                let now = *mode.borrow();
                if let Mode::Delays(time) = now {
                    sleep(time).await;
                }
                if let Some(cut) = shared.cut_in(part, &mut has_mentioned) {
                    if cut.after && server.write_all(part).await.is_ok() {
                        let _ = server.read(&mut answered).await;
                    }
                    return shared.be_down(cut.down);
                }
                if server.write_all(part).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Takes everything and answers nothing, whatever is ordered for others, until it is to be refused.
async fn swallow(mut client: TcpStream, mut mode: watch::Receiver<Mode>) {
    let mut nothing = vec![0; 65536];
    loop {
        tokio::select! {
            read = client.read(&mut nothing) => if !matches!(read, Ok(1..)) { return },
            changed = mode.changed() => {
                if changed.is_err() || *mode.borrow_and_update() == Mode::Refuses {
                    return;
                }
            }
        }
    }
}

impl Shared {
    fn cut_in(&self, part: &[u8], has_mentioned: &mut bool) -> Option<Cut> {
        let mut order = self.cut.lock().expect("memory");
        let cut = (*order)?;
        *has_mentioned |= contains(part, cut.mentioned.as_bytes());
        if !*has_mentioned || !contains(part, b"COMMIT") {
            return None;
        }
        order.take()
    }

    fn be_down(self: Arc<Self>, time: Duration) {
        if time.is_zero() {
            return;
        }
        self.mode.send_replace(Mode::Refuses);
        spawn(async move {
            sleep(time).await;
            self.mode.send_replace(Mode::Forwards);
        });
    }
}

fn contains(part: &[u8], text: &[u8]) -> bool {
    part.windows(text.len()).any(|window| window == text)
}

/// A server that answers every start of a connection with a fatal error.
pub async fn refusing(code: &'static str, message: &'static str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.expect("a connection");
            let _ = client.read(&mut [0; 1024]).await;
            let mut fields = Vec::new();
            for (kind, text) in [('S', "FATAL"), ('V', "FATAL"), ('C', code), ('M', message)] {
                fields.extend(format!("{kind}{text}\0").bytes());
            }
            fields.push(0);
            let length = u32::try_from(fields.len() + 4).expect("short").to_be_bytes();
            let _ = client.write_all(&[&b"E"[..], &length, &fields].concat()).await;
            let _ = client.shutdown().await;
        }
    });
    port
}
