//! Deliveries under way: a few at once, and slow ones don't delay the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::attempt::deliver;
use super::delivery_outcome::DeliveryOutcome;
use super::kind::Composer;
use crate::authority::Services;
use crate::entity::outbox::Model;

/// Deliveries at once, not counting the slow ones.
const AT_ONCE: usize = 4;
/// Deliveries at once altogether.
const MOST: usize = 20;
/// How long a delivery takes before it counts as slow: a server can take minutes to answer (RFC 5321, section 4.5.3.2).
const SLOW: Duration = Duration::from_secs(8);

/// Deliveries under way, each with its result to come, and places for others.
pub(super) struct UnderWay {
    deliveries: JoinSet<Option<(Model, DeliveryOutcome)>>,
    places: Arc<Semaphore>,
}

impl UnderWay {
    pub fn new() -> Self {
        Self { deliveries: JoinSet::new(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    pub fn is_empty(&self) -> bool {
        self.deliveries.is_empty()
    }

    /// How many more can start.
    pub fn free(&self) -> usize {
        self.places.available_permits().min(MOST.saturating_sub(self.deliveries.len()))
    }

    /// Starts to deliver a mail.
    pub fn begin(&mut self, services: &Arc<Services>, composer: &Arc<dyn Composer>, mail: Model) {
        let place = self.places.clone().try_acquire_owned();
        self.deliveries.spawn(deliver_in(place.ok(), services.clone(), composer.clone(), mail));
    }

    /// Waits for the next to end, and returns it with all others that have ended.
    pub async fn ended(&mut self) -> Vec<(Model, DeliveryOutcome)> {
        let next = self.deliveries.join_next().await;
        let others = std::iter::from_fn(|| self.deliveries.try_join_next());
        next.into_iter().chain(others).flatten().flatten().collect()
    }
}

/// Delivers a mail, and frees its place for the next one if that takes long.
async fn deliver_in(
    place: Option<OwnedSemaphorePermit>,
    services: Arc<Services>,
    composer: Arc<dyn Composer>,
    mail: Model,
) -> Option<(Model, DeliveryOutcome)> {
    let mut delivery = Box::pin(deliver(services.clone(), composer, mail));
    if let Ok(outcome) = timeout(SLOW, &mut delivery).await {
        return outcome;
    }
    drop(place);
    services.mail.wake();
    delivery.await
}
