//! Connections that are kept for the next mail.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::conversation::Conversation;
use super::exchange::leave;

/// How long a connection is kept.
const KEPT: Duration = Duration::from_secs(10);

/// Connections whose last mail went well.
#[derive(Default)]
pub(super) struct Kept(Mutex<Vec<Idle>>);

struct Idle {
    conversation: Conversation,
    since: Instant,
}

impl Kept {
    /// Keeps a connection for the next mail.
    pub fn keep(&self, conversation: Conversation) {
        self.idle().push(Idle { conversation, since: Instant::now() });
    }

    /// The connection used last, unless that was too long ago.
    pub fn take(&self) -> Option<Conversation> {
        let idle = self.idle().pop().filter(|idle| idle.since.elapsed() < KEPT)?;
        Some(idle.conversation)
    }

    /// Says goodbye on connections that no mail needed lately.
    pub async fn leave_idle(&self) {
        self.leave_older_than(KEPT).await;
    }

    /// Says goodbye on all connections.
    pub async fn leave_all(&self) {
        self.leave_older_than(Duration::ZERO).await;
    }

    /// On all at once: a silent server takes the time of one goodbye, not of twenty, and the worker that waits for it
    /// writes down in time which mails were sent.
    async fn leave_older_than(&self, age: Duration) {
        let old: Vec<Idle> = self.idle().extract_if(.., |idle| idle.since.elapsed() >= age).collect();
        join_all(old.into_iter().map(|idle| leave(idle.conversation))).await;
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
