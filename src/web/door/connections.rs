//! The connections that are open. There is room for a number of them in all, and for each client: where it is used up,
//! the one that has waited longest for its client makes room, those of people who are signed in last; if there is none,
//! whoever comes is turned away. And none waits for its client for ever.

use std::any::Any;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::Extensions;
use ipnet::IpNet;
use rustix::net::{Shutdown, shutdown};
use tokio::time::sleep;

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
/// How long a client may take to hear that its request is not read to the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// All that are open.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

struct Shared {
    room: Room,
    /// Whose connections are those of many clients.
    proxies: Vec<IpNet>,
    open: Mutex<BTreeMap<u64, Arc<Guest>>>,
    count: AtomicUsize,
    next: AtomicU64,
    began: Instant,
}

struct Guest {
    /// A second handle of the socket, to end the connection by.
    socket: OwnedFd,
    client: Option<IpAddr>,
    /// Whether the head of a request has come: of the others we may be late, not their clients.
    has_asked: AtomicBool,
    is_answered: AtomicBool,
    is_signed_in: AtomicBool,
    /// In microseconds after the first of all could come.
    waits_since: AtomicU64,
}

/// One of them, as long as it is open.
pub struct Connection {
    number: u64,
    guest: Arc<Guest>,
    connections: Connections,
}

impl Connections {
    /// None yet; as many as there is `room` for, in which `proxies` count for no one.
    pub fn new(room: Room, proxies: &[IpNet]) -> Self {
        let (open, count, next) = (Mutex::default(), AtomicUsize::default(), AtomicU64::default());
        Self(Arc::new(Shared { room, proxies: proxies.to_vec(), open, count, next, began: Instant::now() }))
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
            let before = self.now().saturating_sub(micros(UNASKED));
            let overdue = |guest: &Guest| !guest.is_answered() && guest.waits_since() < before;
            self.open().values().filter(|guest| overdue(guest)).for_each(|guest| guest.leave());
        }
    }

    /// Takes one in, whose data it belongs to from then on.
    pub fn take_in(&self, connection: &dyn Any, data: &mut Extensions) {
        let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() else { return };
        // Otherwise the last part of an answer waits for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        end_if_unread(stream);
        let socket = stream.as_fd().try_clone_to_owned();
        match socket.map(|socket| self.guest(socket, stream.peer_addr().ok())) {
            Ok(connection) => drop(data.insert(connection)),
            Err(error) => {
                tracing::warn!(%error, "a connection is turned away");
                let _ = shutdown(stream, Shutdown::Both);
            }
        }
    }

    fn guest(&self, socket: OwnedFd, peer: Option<SocketAddr>) -> Connection {
        let peer = peer.map(|peer| peer.ip().to_canonical());
        let client = peer.filter(|ip| !self.0.proxies.iter().any(|proxy| proxy.contains(ip))).map(bucket);
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let guest = Arc::new(Guest {
            socket,
            client,
            has_asked: AtomicBool::default(),
            is_answered: AtomicBool::default(),
            is_signed_in: AtomicBool::default(),
            waits_since: AtomicU64::new(self.now()),
        });
        self.let_in(number, &guest);
        self.0.count.fetch_add(1, Ordering::Relaxed);
        Connection { number, guest, connections: self.clone() }
    }

    /// If there is room, which someone may have to make.
    fn let_in(&self, number: u64, guest: &Arc<Guest>) {
        let (mut open, room) = (self.open(), self.0.room);
        let is_theirs = |other: &Guest| guest.client.is_some() && other.client == guest.client;
        let theirs = open.values().filter(|other| is_theirs(other)).count();
        let has_room = (theirs < room.of_one || make_room(&mut open, is_theirs))
            && (open.len() < room.in_all || make_room(&mut open, |_| true));
        if has_room {
            open.insert(number, guest.clone());
        } else {
            guest.leave();
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Guest>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        micros(self.0.began.elapsed())
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Ends the connection that has waited longest among those that `may` be ended; false if there is none.
fn make_room(open: &mut BTreeMap<u64, Arc<Guest>>, may: impl Fn(&Guest) -> bool) -> bool {
    let waiting = open.iter().filter(|(_, guest)| !guest.is_answered() && may(guest));
    let first = waiting.min_by_key(|(_, guest)| guest.worth());
    let Some(number) = first.map(|(number, _)| *number) else { return false };
    if let Some(guest) = open.remove(&number) {
        guest.leave();
    }
    true
}

/// Has the system end the connection when its client takes no more for a while.
#[cfg(target_os = "linux")]
fn end_if_unread(stream: &actix_web::rt::net::TcpStream) {
    let milliseconds = u32::try_from(UNREAD.as_millis()).unwrap_or(u32::MAX);
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, milliseconds) {
        tracing::warn!(%error, "a client that reads nothing is not sent away");
    }
}

/// Elsewhere the system has nothing of the kind.
#[cfg(not(target_os = "linux"))]
fn end_if_unread(_: &actix_web::rt::net::TcpStream) {}

impl Guest {
    fn is_answered(&self) -> bool {
        self.is_answered.load(Ordering::Relaxed)
    }

    fn is_signed_in(&self) -> bool {
        self.is_signed_in.load(Ordering::Relaxed)
    }

    /// Who makes room first: whoever has asked as no one; then whose request may only wait for us to read it; then people
    /// who are signed in. Of each, the one that has waited longest.
    fn worth(&self) -> (bool, bool, u64) {
        (self.is_signed_in(), !self.has_asked.load(Ordering::Relaxed), self.waits_since())
    }

    fn waits_since(&self) -> u64 {
        self.waits_since.load(Ordering::Relaxed)
    }

    fn leave(&self) {
        // Ended by its client in this moment, there is nothing to end.
        let _ = shutdown(&self.socket, Shutdown::Both);
    }
}

impl Connection {
    /// The head of a request has come, which is under way until what this returns is dropped.
    pub fn is_asked(&self) -> Asked {
        self.guest.has_asked.store(true, Ordering::Relaxed);
        Asked { guest: self.guest.clone(), connections: self.connections.clone() }
    }

    /// The request has come as a whole: from now on its client waits for us.
    pub fn note_complete(&self) {
        self.guest.is_answered.store(true, Ordering::Relaxed);
    }

    /// Notes whether whoever asked last by it is signed in.
    pub fn note_signed_in(&self, is_signed_in: bool) {
        self.guest.is_signed_in.store(is_signed_in, Ordering::Relaxed);
    }

    /// Ends it once its client has heard why: what follows of the request is not read.
    pub fn end_soon(&self) {
        let guest = self.guest.clone();
        actix_web::rt::spawn(async move {
            sleep(FAREWELL).await;
            guest.leave();
        });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.connections.open().remove(&self.number);
        self.connections.0.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request under way.
pub struct Asked {
    guest: Arc<Guest>,
    connections: Connections,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.guest.waits_since.store(self.connections.now(), Ordering::Relaxed);
        self.guest.is_answered.store(false, Ordering::Relaxed);
    }
}
