//! Where connections come in, and how that ends: anyone who was let in is answered.
//!
//! actix alone would reset the connections that the system has taken and it has not, and drop requests that arrive on
//! idle ones at the moment of its stop. So the door is closed before, from outside: what is inside goes on as ever.

mod answering;
mod connections;
mod guests;
mod nobody_new;
mod room;
mod too_late;
mod who_asks;

pub use answering::{hold_while_sent, note_complete};
pub use connections::{Connection, Connections};
pub use room::Room;
pub use who_asks::note_who_asks;

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use rustix::net::Shutdown;
use tokio::task::JoinSet;
use tokio::time::error::Elapsed;
use tokio::time::{sleep, timeout};

use too_late::{PATIENCE, turn_away};

/// Connections that wait to be taken. Anyone who comes when there are more hears nothing, and asks again a second
/// later.
const BACKLOG: i32 = 4096;
/// How long actix takes, generously, to leave the door to us.
const HAND_OVER: Duration = Duration::from_millis(10);
/// How long connections may take to be made that had begun when the door was closed: some round trips.
const HANDSHAKES: Duration = Duration::from_millis(500);
/// How often it is looked whether everyone has gone.
const LOOK: Duration = Duration::from_millis(50);

/// A listening socket, and the connections that came in by it.
pub struct Door {
    listener: TcpListener,
    connections: Connections,
}

impl Door {
    /// Lets in anyone who comes by this socket.
    ///
    /// # Errors
    /// When it can't be listened at.
    pub fn open(listener: TcpListener, connections: Connections) -> io::Result<Self> {
        rustix::net::listen(&listener, BACKLOG)?;
        Ok(Self { listener, connections })
    }

    /// The socket, for the server.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub fn listener(&self) -> io::Result<TcpListener> {
        self.listener.try_clone()
    }

    /// Those that are open.
    pub fn connections(&self) -> Connections {
        self.connections.clone()
    }

    /// Lets no one in any more. Connections that the system has taken in the meantime hear that it is too late; the
    /// next ones are refused.
    pub async fn close(&self, server: &ServerHandle) {
        server.pause().await;
        sleep(HAND_OVER).await;
        if let Err(error) = nobody_new::begins(&self.listener) {
            tracing::warn!(%error, "connections made at the last moment are not answered");
        }
        let mut late = JoinSet::new();
        let _ = timeout(HANDSHAKES, self.turn_away_those_who_wait(&mut late)).await;
        if let Err(error) = rustix::net::shutdown(&self.listener, Shutdown::Both) {
            tracing::warn!(%error, "connections are taken until the end, and not answered");
        }
        late.join_all().await;
    }

    async fn turn_away_those_who_wait(&self, late: &mut JoinSet<Result<io::Result<()>, Elapsed>>) {
        loop {
            while let Ok((stream, _)) = self.listener.accept() {
                late.spawn(timeout(PATIENCE, turn_away(stream)));
            }
            sleep(HAND_OVER).await;
        }
    }

    /// Waits until everyone has gone, but not for longer than `patience`.
    pub async fn wait_until_empty(&self, patience: Duration) {
        let empty = async {
            while self.connections.count() > 0 {
                sleep(LOOK).await;
            }
        };
        let _ = timeout(patience, empty).await;
    }
}
