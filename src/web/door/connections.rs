//! The connections that are open. There is room for a number of them in all, and for each client: where it is used up,
//! the one that has waited longest for its client makes room, those of people who are signed in last; if there is none,
//! anyone who comes is turned away. And none waits for its client for ever.

use std::any::Any;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::Extensions;
use ipnet::IpNet;
use rustix::net::{Shutdown, shutdown};
use tokio::time::sleep;

use super::guests::{Guest, Guests, Standing};
use super::room::Room;
use crate::authority::client::bucket;

/// How long a client may take no more of its answer.
#[cfg(target_os = "linux")]
const UNREAD: Duration = Duration::from_secs(30);
/// How long a client may take until its request is here: ten seconds for the head, of which actix minds the first
/// alone, and ten for the body.
const UNASKED: Duration = Duration::from_secs(20);
/// How often it is looked for those who take longer.
const LOOK: Duration = Duration::from_secs(1);
/// How long a client may take at least to hear that its request is not read to the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// All that are open.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

struct Shared {
    room: Room,
    /// Whose connections are those of many clients.
    proxies: Vec<IpNet>,
    /// By a second handle of each socket, to end the connection by.
    guests: Mutex<Guests<OwnedFd>>,
    count: AtomicUsize,
    next: AtomicU64,
    began: Instant,
}

/// One of them, as long as it is open.
pub struct Connection {
    number: u64,
    connections: Connections,
}

impl Connections {
    /// None yet; as many as there is `room` for, in which `proxies` count for no one.
    pub fn new(room: Room, proxies: &[IpNet]) -> Self {
        let (guests, proxies, began) = (Mutex::new(Guests::new(room)), proxies.to_vec(), Instant::now());
        let (count, next) = (AtomicUsize::default(), AtomicU64::default());
        Self(Arc::new(Shared { room, proxies, guests, count, next, began }))
    }

    /// For how many there is room.
    pub fn room(&self) -> Room {
        self.0.room
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.count.load(Ordering::Relaxed)
    }

    /// Ends those whose clients take too long to ask, as long as it is waited for.
    pub async fn watch(self) {
        loop {
            sleep(LOOK).await;
            let now = self.now();
            let overdue = self.guests().take_overdue(now, now.saturating_sub(micros(UNASKED)));
            overdue.into_iter().for_each(end);
        }
    }

    /// Takes one in, whose data it belongs to from then on.
    pub fn take_in(&self, connection: &dyn Any, data: &mut Extensions) {
        let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() else { return };
        // Otherwise the last part of an answer waits for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        end_if_unread(stream);
        let socket = stream.as_fd().try_clone_to_owned();
        match socket.map(|socket| self.let_in(socket, stream.peer_addr().ok())) {
            Ok(connection) => drop(data.insert(connection)),
            Err(error) => {
                tracing::warn!(%error, "turned a connection away");
                let _ = shutdown(stream, Shutdown::Both);
            }
        }
    }

    /// If there is room, which someone may have to make.
    fn let_in(&self, socket: OwnedFd, peer: Option<SocketAddr>) -> Connection {
        let peer = peer.map(|peer| peer.ip().to_canonical());
        let client = peer.filter(|ip| !self.0.proxies.iter().any(|proxy| proxy.contains(ip))).map(bucket);
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let standing = Standing { waits_since: self.now(), ..Standing::default() };
        let leaves = self.guests().let_in(number, Guest { socket, client, standing });
        leaves.into_iter().for_each(end);
        self.0.count.fetch_add(1, Ordering::Relaxed);
        Connection { number, connections: self.clone() }
    }

    fn guests(&self) -> MutexGuard<'_, Guests<OwnedFd>> {
        self.0.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        micros(self.0.began.elapsed())
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Ends a connection.
#[allow(clippy::needless_pass_by_value, reason = "the handle is closed with it")]
fn end(socket: OwnedFd) {
    // Ended by its client in this moment, there is nothing to end.
    let _ = shutdown(&socket, Shutdown::Both);
}

/// Has the system end the connection when its client takes no more for a while.
#[cfg(target_os = "linux")]
fn end_if_unread(stream: &actix_web::rt::net::TcpStream) {
    let milliseconds = u32::try_from(UNREAD.as_millis()).unwrap_or(u32::MAX);
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, milliseconds) {
        tracing::warn!(%error, "could not disconnect a client that reads nothing");
    }
}

/// Elsewhere the system has nothing of the kind.
#[cfg(not(target_os = "linux"))]
fn end_if_unread(_: &actix_web::rt::net::TcpStream) {}

impl Connection {
    /// The head of a request has come, which is under way until what this returns is dropped.
    pub fn is_asked(&self) -> Asked {
        self.connections.guests().note(self.number, |standing| standing.has_asked = true);
        Asked { number: self.number, connections: self.connections.clone() }
    }

    /// The request has come as a whole: from now on its client waits for us.
    pub fn note_complete(&self) {
        self.connections.guests().note(self.number, |standing| standing.is_answered = true);
    }

    /// Notes whether the last one to ask by it is signed in.
    pub fn note_signed_in(&self, is_signed_in: bool) {
        self.connections.guests().note(self.number, |standing| standing.is_signed_in = is_signed_in);
    }

    /// Ends it once its client has heard why: what follows of the request is not read.
    pub fn end_soon(&self) {
        let end = self.connections.now().saturating_add(micros(FAREWELL));
        self.connections.guests().note(self.number, |standing| standing.ends_at = Some(end));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let socket = self.connections.guests().remove(self.number);
        drop(socket);
        self.connections.0.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request under way.
pub struct Asked {
    number: u64,
    connections: Connections,
}

impl Drop for Asked {
    fn drop(&mut self) {
        let waits_since = self.connections.now();
        self.connections.guests().note(self.number, |standing| {
            *standing = Standing { is_answered: false, waits_since, ..*standing };
        });
    }
}
