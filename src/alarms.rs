//! What admins of an organization have to know on every page, until it is seen to: a worker tells, the frame shows.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use tokio::sync::Notify;

/// One sentence for each organization that has one, and what has the worker look again.
#[derive(Default)]
pub struct Alarms {
    wake: Notify,
    told: RwLock<HashMap<String, String>>,
}

impl Alarms {
    /// Something has changed: the worker looks again at once.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits until someone [wakes](Self::wake) the worker.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// What admins of the organization have to know, in a sentence; empty when all is well.
    pub fn of(&self, organization: &str) -> String {
        let told = self.told.read().unwrap_or_else(PoisonError::into_inner);
        told.get(organization).cloned().unwrap_or_default()
    }

    /// Tells all that there is to know now, by organization.
    pub fn tell(&self, sentences: HashMap<String, String>) {
        *self.told.write().unwrap_or_else(PoisonError::into_inner) = sentences;
    }
}
