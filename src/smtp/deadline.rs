//! How long the server is waited for, and for what.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::awaited::Awaited;
use super::failure::Failure;
use super::reason;

/// When a step must be over, however many answers it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    awaited: Awaited,
    patience: Duration,
    at: Instant,
}

impl Deadline {
    /// Begins a step that can take as long as `patience`.
    pub fn new(awaited: Awaited, patience: Duration) -> Self {
        Self { awaited, patience, at: Instant::now() + patience }
    }

    /// Waits for what is done in this step.
    ///
    /// # Errors
    /// When it isn't done in time.
    pub async fn wait<T>(self, work: impl Future<Output = T>) -> Result<T, Failure> {
        timeout_at(self.at, work).await.map_err(|_| self.missed())
    }

    /// For loops in which the server can answer faster than the time passes.
    ///
    /// # Errors
    /// When the time is up.
    pub fn check(self) -> Result<(), Failure> {
        if Instant::now() < self.at { Ok(()) } else { Err(self.missed()) }
    }

    fn missed(self) -> Failure {
        Failure::NoAnswer(reason::of_silence(self.awaited, self.patience))
    }
}
