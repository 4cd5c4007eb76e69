//! Where connections come in, and how that ends: whoever was let in is answered.
//!
//! actix alone would reset the connections that the system has taken and it has not, and drop requests that arrive on
//! idle ones at the moment of its stop. So the door is closed before, from outside: what is inside goes on as ever.

use std::any::Any;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::dev::{Extensions, ServerHandle};
use rustix::net::Shutdown;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Connections that wait to be taken.
const BACKLOG: i32 = 1024;
/// How long actix takes, generously, to leave the door to us.
const HAND_OVER: Duration = Duration::from_millis(10);
/// How long whoever comes too late may take to ask, and to hear so.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked whether everybody has gone.
const LOOK: Duration = Duration::from_millis(50);
/// What they hear.
const TOO_LATE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 9\r\n\r\nstopping\n";

/// A listening socket, and how many connections are open that came in by it.
pub struct Door {
    listener: TcpListener,
    inside: Inside,
}

/// Counts connections while they are open.
#[derive(Clone, Default)]
pub struct Inside(Arc<AtomicUsize>);

struct Guest(Inside);

impl Door {
    /// Listens.
    ///
    /// # Errors
    /// When the address can't be bound.
    pub fn open(bind: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(bind)?;
        rustix::net::listen(&listener, BACKLOG)?;
        Ok(Self { listener, inside: Inside::default() })
    }

    /// The socket, for the server.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub fn listener(&self) -> io::Result<TcpListener> {
        self.listener.try_clone()
    }

    /// Who is inside.
    pub fn inside(&self) -> Inside {
        self.inside.clone()
    }

    /// Lets nobody in any more. Connections that the system has taken in the meantime hear that it is too late; the
    /// next ones are refused.
    pub async fn close(&self, server: &ServerHandle) {
        server.pause().await;
        sleep(HAND_OVER).await;
        let mut late = JoinSet::new();
        while let Ok((stream, _)) = self.listener.accept() {
            late.spawn(timeout(PATIENCE, turn_away(stream)));
        }
        if let Err(error) = rustix::net::shutdown(&self.listener, Shutdown::Both) {
            tracing::warn!(%error, "connections are taken until the end, and not answered");
        }
        late.join_all().await;
    }

    /// Waits until everybody has gone, but not for longer than `patience`.
    pub async fn wait_until_empty(&self, patience: Duration) {
        let empty = async {
            while self.inside.0.load(Ordering::Relaxed) > 0 {
                sleep(LOOK).await;
            }
        };
        let _ = timeout(patience, empty).await;
    }
}

impl Inside {
    /// Notes a connection with itself, for as long as it is open.
    pub fn note(&self, connection: &dyn Any, data: &mut Extensions) {
        // Otherwise the last part of an answer waits for the client's acknowledgement.
        if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
            let _ = stream.set_nodelay(true);
        }
        self.0.fetch_add(1, Ordering::Relaxed);
        data.insert(Guest(self.clone()));
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Hears a request out and answers it. What it asks for does not matter.
async fn turn_away(stream: TcpStream) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let mut stream = tokio::net::TcpStream::from_std(stream)?;
    let (mut heard, mut part) = (Vec::new(), [0; 1024]);
    while !heard.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part).await? {
            0 => return Ok(()),
            read => heard.extend_from_slice(&part[..read]),
        }
    }
    stream.write_all(TOO_LATE).await?;
    stream.shutdown().await?;
    // Closed with something unread in it, the connection would be reset, and the answer with it.
    while stream.read(&mut part).await? > 0 {}
    Ok(())
}
