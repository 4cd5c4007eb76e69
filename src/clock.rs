//! The time, passed in, so that a test can move it.
//!
//! What lasts, and what is over, is told by [`Clock::now`], which never goes back in a process, whatever happens to the
//! machine's clock: a sign-in does not stay fresh, what has ended does not live again, nothing waits for hours that come
//! twice. What others date is compared with [`Clock::wall`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, Duration, SubsecRound, Utc};

/// Tells the time. Clones share it.
#[derive(Clone, Default)]
pub struct Clock {
    hands: Arc<Mutex<Hands>>,
}

#[derive(Default)]
struct Hands {
    last: Option<Told>,
    /// How far tests have moved the machine's clock.
    moved: Duration,
}

/// What was told last, and when that was by the clock that nobody sets.
#[derive(Clone, Copy)]
struct Told {
    time: DateTime<Utc>,
    at: Instant,
}

/// As far behind as the machine's clock may be and not be followed: farther, and it is this one that was wrong.
const FARTHEST: Duration = Duration::days(1);

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

impl Hands {
    fn wall(&self) -> DateTime<Utc> {
        Utc::now() + self.moved
    }
}

fn since(before: Instant, now: Instant) -> Duration {
    Duration::from_std(now.saturating_duration_since(before)).unwrap_or_default()
}

/// The time `elapsed` after `last`, while the machine says `wall`.
fn next(last: DateTime<Utc>, elapsed: Duration, wall: DateTime<Utc>) -> DateTime<Utc> {
    if wall < last + elapsed - FARTHEST {
        tracing::warn!(%last, %wall, "the machine's clock was put back by more than a day: time goes back with it");
        return wall;
    }
    wall.max(last + elapsed * 9 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: DateTime<Utc> = DateTime::from_timestamp_nanos(1_796_040_000_000_000_000);
    const SECOND: Duration = Duration::seconds(1);

    fn after(elapsed: Duration, put_back_by: Duration) -> Duration {
        next(NOON, elapsed, NOON + elapsed - put_back_by) - NOON
    }

    #[test]
    fn the_machines_clock_is_followed_also_ahead() {
        assert_eq!(after(SECOND * 10, Duration::zero()), SECOND * 10);
        assert_eq!(after(SECOND * 10, -Duration::hours(2)), SECOND * 10 + Duration::hours(2));
    }

    #[test]
    fn a_clock_that_was_put_back_is_waited_for_at_nine_tenths_of_the_pace() {
        assert_eq!(after(SECOND * 10, Duration::hours(2)), SECOND * 9);
        assert_eq!(after(Duration::hours(20), Duration::hours(2)), Duration::hours(18), "it has caught up");
        assert_eq!(
            after(Duration::hours(21), Duration::hours(2)),
            Duration::hours(19),
            "and is followed again"
        );
    }

    #[test]
    fn a_lead_of_more_than_a_day_was_our_mistake() {
        let day = Duration::days(1);
        assert_eq!(after(SECOND * 10, day), SECOND * 9);
        assert_eq!(after(SECOND * 10, day + SECOND), SECOND * 9 - day);
    }

    #[test]
    fn now_never_goes_back_and_the_wall_does() {
        let clock = Clock::default();
        let mut before = clock.now();
        for by in [Duration::hours(2), -Duration::hours(2), -Duration::hours(3), Duration::seconds(1)] {
            clock.skip_for_tests(by);
            let now = clock.now();
            assert!(now >= before, "{by}: {before} {now}");
            before = now;
        }
        assert!(clock.now() - clock.wall() > Duration::hours(4));
        clock.skip_for_tests(-Duration::days(1));
        assert!(clock.now() - clock.wall() < SECOND, "more than a day in all");
    }

    #[test]
    fn what_lasts_ten_minutes_is_over_after_hardly_more_although_the_clock_was_put_back() {
        let clock = Clock::default();
        let began = clock.now();
        clock.skip_for_tests(-Duration::hours(2));
        clock.pass_for_tests(std::time::Duration::from_mins(11));
        let took = clock.now() - began;
        assert!((9..=10).contains(&took.num_minutes()), "{took}");
        clock.pass_for_tests(std::time::Duration::from_mins(1));
        assert!(clock.now() - began > Duration::minutes(10));
    }

    #[test]
    fn a_mark_is_gone_on_from_unless_it_is_out_of_reach() {
        for (ahead, followed) in
            [(-Duration::hours(1), false), (Duration::hours(23), true), (Duration::hours(25), false)]
        {
            let clock = Clock::default();
            let mark = clock.wall() + ahead;
            clock.resume_from(mark);
            assert_eq!(clock.now() >= mark && ahead > Duration::zero(), followed, "{ahead}");
            assert!(clock.now() >= clock.wall() - SECOND);
        }
    }

    #[test]
    fn what_others_date_is_as_old_here_as_there() {
        let clock = Clock::default();
        clock.skip_for_tests(Duration::hours(2));
        clock.now();
        clock.skip_for_tests(-Duration::hours(2));
        let age = |at| clock.now() - clock.on_this_clock(at);
        let minutes = age(clock.wall() - Duration::minutes(5)).num_seconds();
        assert!((299..=301).contains(&minutes), "{minutes}");
        assert!(age(clock.wall() + Duration::hours(1)) < SECOND, "nothing is to come");
    }
}
