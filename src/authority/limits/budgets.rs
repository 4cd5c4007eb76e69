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

/// What is left of a budget.
#[derive(Debug, PartialEq, Eq)]
pub struct Quota {
    pub name: &'static str,
    /// How much it is when it is full.
    pub most: u32,
    /// How long it takes to fill.
    pub window: Duration,
    pub left: u32,
    /// How long it takes until it is full again.
    pub full_in: Duration,
}

/// One budget for each client.
pub(super) struct Budgets<Client> {
    /// When the budget of each will be full again.
    full_at: Mutex<LruCache<Client, Instant>>,
    /// How much a full one is.
    most: u32,
    /// How long it takes to refill by one.
    refill: Duration,
    /// How long it takes to refill all.
    all: Duration,
}

impl<Client: Hash + Eq> Budgets<Client> {
    /// Budgets of `most`, which refill within `time`.
    pub(super) fn of(most: u32, time: Duration) -> Self {
        Self { full_at: Mutex::new(LruCache::unbounded()), most, refill: time / most, all: time }
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

    /// What is left of a client's budget.
    pub(super) fn quota<Borrowed: Hash + Eq + ?Sized>(&self, name: &'static str, client: &Borrowed) -> Quota
    where
        Client: Borrow<Borrowed>,
    {
        self.quota_at(Instant::now(), name, client)
    }

    fn quota_at<Borrowed: Hash + Eq + ?Sized>(
        &self,
        now: Instant,
        name: &'static str,
        client: &Borrowed,
    ) -> Quota
    where
        Client: Borrow<Borrowed>,
    {
        let full_at = self.known().peek(client).copied().unwrap_or(now);
        let full_in = full_at.saturating_duration_since(now);
        let taken = full_in.as_nanos().div_ceil(self.refill.as_nanos().max(1));
        let left = self.most.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX));
        Quota { name, most: self.most, window: self.all, left, full_in }
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
    fn what_is_left_is_known_and_when_it_is_full_again() {
        let (budgets, now) = (Budgets::of(10, MINUTE), Instant::now());
        let left = |now| {
            let Quota { left, full_in, .. } = budgets.quota_at(now, "tests", "ana");
            (left, full_in.as_secs())
        };
        assert_eq!(left(now), (10, 0));
        assert_eq!(budgets.take_at(now, "ana", 3), Ok(()));
        assert_eq!(left(now), (7, 18));
        assert_eq!(left(now + Duration::from_secs(7)), (8, 11));
        assert_eq!(budgets.take_at(now, "ana", 7), Ok(()));
        assert_eq!(left(now), (0, 60));
        assert_eq!(left(now + MINUTE), (10, 0));
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
