//! What a clock remembers, and how it goes on from there.

use std::time::Instant;

use chrono::{DateTime, Duration, Utc};

#[derive(Default)]
pub(super) struct Hands {
    pub(super) last: Option<Told>,
    /// How far tests have moved the machine's clock.
    pub(super) moved: Duration,
}

/// What was told last, and when that was by the clock that no one sets.
#[derive(Clone, Copy)]
pub(super) struct Told {
    pub(super) time: DateTime<Utc>,
    pub(super) at: Instant,
}

/// As far behind as the machine's clock may be and not be followed: farther, and it is this one that was wrong.
pub(super) const FARTHEST: Duration = Duration::days(1);

impl Hands {
    pub(super) fn wall(&self) -> DateTime<Utc> {
        Utc::now() + self.moved
    }
}

pub(super) fn since(before: Instant, now: Instant) -> Duration {
    Duration::from_std(now.saturating_duration_since(before)).unwrap_or_default()
}

/// The time `elapsed` after `last`, while the machine says `wall`.
pub(super) fn next(last: DateTime<Utc>, elapsed: Duration, wall: DateTime<Utc>) -> DateTime<Utc> {
    if wall < last + elapsed - FARTHEST {
        tracing::warn!(%last, %wall, "the machine's clock was put back by more than a day: time goes back with it");
        return wall;
    }
    wall.max(last + elapsed * 9 / 10)
}
