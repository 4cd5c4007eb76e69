//! How the process is told to stop, and how it does.

use std::future::pending;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{self, SignalKind};
use tokio::time::sleep;

use super::server::KEEP_ALIVE;
use crate::web::door::Door;
use crate::web::frame::Frame;

/// How long it is ready no more and serves all the same, so that balancers look elsewhere first.
const DRAIN: Duration = Duration::from_secs(3);
/// By then every connection that was idle before the drain has come to its end.
const IDLE: Duration = KEEP_ALIVE.saturating_sub(DRAIN).saturating_add(Duration::from_secs(1));

/// On SIGTERM or Ctrl-C: readiness says so first, while requests go on being served and each answer ends its
/// connection; then no new connections; then what is under way ends. Returns when it is told a second time.
pub async fn obey(mut signals: Signals, frame: &Frame, server: ServerHandle, door: &Door, drain: bool) {
    signals.next().await;
    tracing::info!("stopping");
    frame.stopping.store(true, Ordering::Relaxed);
    let stopping = async {
        if drain {
            sleep(DRAIN).await;
            door.close(&server).await;
            door.wait_until_empty(IDLE).await;
        }
        server.stop(true).await;
        pending::<()>().await;
    };
    tokio::select! {
        () = stopping => {}
        () = signals.next() => tracing::info!("second signal: stopping immediately"),
    }
}

/// SIGTERM and Ctrl-C.
pub struct Signals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
}

impl Signals {
    /// # Errors
    /// When the process can't be told.
    pub fn new() -> std::io::Result<Self> {
        let [terminate, interrupt] = [SignalKind::terminate(), SignalKind::interrupt()].map(unix::signal);
        Ok(Self { terminate: terminate?, interrupt: interrupt? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
