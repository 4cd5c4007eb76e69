//! Budgets that refill evenly, one for each client (the generic cell rate algorithm, as in ITU-T I.371).

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;

/// Clients that are remembered at most: beyond, those that have been quiet longest are forgotten.
const CLIENTS: usize = 20_000;

/// How long to wait until there is enough.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wait(pub Duration);

/// One budget for each client.
pub(super) struct Budgets<Client> {
    /// When the budget of each will be full again.
    full_at: Mutex<LruCache<Client, Instant>>,
    /// How long it takes to refill by one.
    refill: Duration,
    /// How long it takes to refill all.
    all: Duration,
}

impl<Client: Hash + Eq> Budgets<Client> {
    /// Budgets of `most`, which refill within `time`.
    pub(super) fn of(most: u32, time: Duration) -> Self {
        Self { full_at: Mutex::new(LruCache::unbounded()), refill: time / most, all: time }
    }

    /// Takes `many` from a client's budget.
    ///
    /// # Errors
    /// How long to wait when there is not enough, of which nothing is taken then.
    pub(super) fn take(&self, client: Client, many: u32) -> Result<(), Wait> {
        self.take_at(Instant::now(), client, many)
    }

    fn take_at(&self, now: Instant, client: Client, many: u32) -> Result<(), Wait> {
        let mut known = self.known();
        let full_at = self.full_at(known.get(&client), now, many)?;
        known.put(client, full_at);
        forget(&mut known, now);
        Ok(())
    }

    /// Whether there is enough for one.
    ///
    /// # Errors
    /// How long to wait when there is not.
    pub(super) fn has(&self, client: &Client) -> Result<(), Wait> {
        let now = Instant::now();
        self.full_at(self.known().peek(client), now, 1).map(drop)
    }

    /// When a budget will be full again of which `many` are taken.
    fn full_at(&self, before: Option<&Instant>, now: Instant, many: u32) -> Result<Instant, Wait> {
        let full_at = before.copied().unwrap_or(now).max(now) + self.refill * many;
        let wait = full_at.duration_since(now).saturating_sub(self.all);
        if wait.is_zero() { Ok(full_at) } else { Err(Wait(wait)) }
    }

    /// Puts back what was taken.
    pub(super) fn give_back<Borrowed: Hash + Eq + ?Sized>(&self, client: &Borrowed, many: u32)
    where
        Client: Borrow<Borrowed>,
    {
        if let Some(full_at) = self.known().get_mut(client) {
            *full_at = full_at.checked_sub(self.refill * many).unwrap_or(*full_at);
        }
    }

    fn known(&self) -> MutexGuard<'_, LruCache<Client, Instant>> {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those that are as good as new, and those that are too many.
fn forget<Client: Hash + Eq>(known: &mut LruCache<Client, Instant>, now: Instant) {
    while known.peek_lru().is_some_and(|(_, full_at)| *full_at <= now) || known.len() > CLIENTS {
        known.pop_lru();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn a_budget_is_used_up_and_refills() {
        let (budgets, now) = (Budgets::of(60, MINUTE), Instant::now());
        for _ in 0..60 {
            assert_eq!(budgets.take_at(now, "ana", 1), Ok(()));
        }
        assert_eq!(budgets.take_at(now, "ana", 1), Err(Wait(Duration::from_secs(1))));
        assert_eq!(budgets.take_at(now, "ben", 60), Ok(()));
        assert_eq!(budgets.take_at(now + Duration::from_secs(1), "ana", 1), Ok(()));
        assert_eq!(budgets.take_at(now + MINUTE * 2, "ana", 60), Ok(()));
    }

    #[test]
    fn what_is_refused_takes_nothing() {
        let (budgets, now) = (Budgets::of(10, MINUTE), Instant::now());
        assert_eq!(budgets.take_at(now, "ana", 11), Err(Wait(Duration::from_secs(6))));
        assert_eq!(budgets.take_at(now, "ana", 10), Ok(()));
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let (budgets, now) = (Budgets::of(10, MINUTE), Instant::now());
        for _ in 0..1000 {
            assert_eq!(budgets.take_at(now, "ana", 1), Ok(()));
            budgets.give_back("ana", 1);
        }
        budgets.give_back("nobody", 1);
        for _ in 0..2 {
            assert_eq!(budgets.take_at(now, "ana", 10), Ok(()));
            budgets.give_back("ana", 10);
        }
    }

    #[test]
    fn of_more_clients_than_are_remembered_the_quiet_ones_are_forgotten() {
        let (budgets, now) = (Budgets::of(1, MINUTE), Instant::now());
        for client in 0..CLIENTS + 10 {
            assert_eq!(budgets.take_at(now, client, 1), Ok(()));
        }
        assert_eq!(budgets.known().len(), CLIENTS);
        assert!(budgets.take_at(now, CLIENTS, 1).is_err());
        assert_eq!(budgets.take_at(now, 0, 1), Ok(()));
        assert_eq!(budgets.take_at(now + MINUTE * 3, 1, 1), Ok(()));
        assert_eq!(budgets.known().len(), 1, "those whose budgets are full again");
    }
}
