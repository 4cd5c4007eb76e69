//! A clock that does not go back.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, Duration, SubsecRound, Utc};

use super::hands::{FARTHEST, Hands, Told, next, since};

/// How far the clocks of others may be ahead.
pub const SKEW: Duration = Duration::seconds(30);

/// Tells the time. Clones share it.
#[derive(Clone, Default)]
pub struct Clock {
    hands: Arc<Mutex<Hands>>,
}

impl Clock {
    /// Now, in UTC, to the millisecond (what the database keeps). Never less than before in this process, but where
    /// the machine's clock is put back by more than a day; a smaller lead is lost slowly, by letting time pass nine
    /// tenths as fast.
    pub fn now(&self) -> DateTime<Utc> {
        self.with(|hands| {
            let (wall, at) = (hands.wall(), Instant::now());
            let time = match hands.last {
                Some(told) => next(told.time, since(told.at, at), wall),
                None => wall,
            };
            hands.last = Some(Told { time, at });
            time
        })
        .trunc_subsecs(3)
    }

    /// What the machine says: for what the outside world dates, such as ID tokens and mails.
    pub fn wall(&self) -> DateTime<Utc> {
        self.with(|hands| hands.wall()).trunc_subsecs(3)
    }

    /// What others have dated `at`, on this clock: as long ago as it is by theirs, and never to come.
    pub fn on_this_clock(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let age = (self.wall() - at).max(Duration::zero());
        self.now() - age
    }

    /// Goes on from the latest time that was told before, by whichever process: where the machine's clock was put back
    /// meanwhile, time goes on from there, unless that is more than a day ahead.
    pub fn resume_from(&self, mark: DateTime<Utc>) {
        let now = self.now();
        let lead = mark - now;
        if lead > FARTHEST {
            tracing::warn!(%mark, %now, "the database has seen a time more than a day ahead; the machine's is used");
        } else if lead > Duration::zero() {
            tracing::warn!(%mark, %now, "the database has seen a later time than the machine's: going on from there");
            self.with(|hands| hands.last = Some(Told { time: mark, at: Instant::now() }));
        }
    }

    /// Moves the machine's clock, for this clock and every clone of it: for tests of what expires, and of clocks that
    /// are put back.
    pub fn skip_for_tests(&self, by: Duration) {
        self.with(|hands| hands.moved += by);
    }

    /// Lets time pass, for this clock and every clone of it, whatever the machine's clock was put to.
    pub fn pass_for_tests(&self, time: std::time::Duration) {
        self.with(|hands| {
            hands.moved += Duration::from_std(time).unwrap_or_default();
            if let Some(told) = &mut hands.last {
                told.at -= time;
            }
        });
    }

    fn with<T>(&self, read: impl FnOnce(&mut Hands) -> T) -> T {
        read(&mut self.hands.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
