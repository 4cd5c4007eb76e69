//! What a process knows of whether its changes can be saved.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, PoisonError};

use sea_orm::DbErr;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::failure::keeps_from_writing;
use super::fault::Fault;
use super::pool::Pool;
use super::source::Source;
use crate::random;

/// What is known of whether changes can be saved. Clones share it.
#[derive(Clone)]
pub(super) struct Pulse(Arc<Shared>);

/// What a process knows.
pub(super) struct Shared {
    source: Source,
    pub pool: Pool,
    /// The name of the process in its row.
    pub process: String,
    pub beats: AtomicI64,
    pub is_only_read: AtomicBool,
    fault: std::sync::Mutex<Option<Fault>>,
    pub last: Mutex<Option<Instant>>,
}

impl Pulse {
    /// One that beats on `pool`.
    pub fn new(source: Source, pool: Pool, is_only_read: bool) -> Self {
        let fault = is_only_read.then(|| Fault::new("is read-only", "Make it writable"));
        let shared = Shared {
            source,
            pool,
            process: random::id(),
            beats: AtomicI64::new(0),
            is_only_read: AtomicBool::new(is_only_read),
            fault: std::sync::Mutex::new(fault),
            last: Mutex::new(None),
        };
        Self(Arc::new(shared))
    }

    /// Notes that a change failed, if others will, too.
    pub fn note(&self, failure: &DbErr) {
        if keeps_from_writing(failure) {
            self.set_fault(Some(self.0.source.fault(failure)));
        }
    }

    /// Closes its connections.
    pub async fn close(&self) {
        self.0.pool.close().await;
    }

    /// Why changes can't be saved, as far as is known.
    pub fn fault(&self) -> Option<Fault> {
        self.0.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what has been found out, and says so if it is news.
    pub fn set_fault(&self, fault: Option<Fault>) {
        let mut known = self.0.fault.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*known, &fault) {
            (None, Some(now)) => tracing::error!("changes can't be saved: the database {}", now.reason),
            (Some(_), None) => tracing::warn!("changes can be saved again"),
            _ => {}
        }
        *known = fault;
    }
}

impl Deref for Pulse {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
