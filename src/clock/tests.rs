//! Clocks that are put back and ahead.

use chrono::{DateTime, Duration, Utc};

use super::hands::next;
use super::steady::Clock;

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
    assert_eq!(after(Duration::hours(21), Duration::hours(2)), Duration::hours(19), "and is followed again");
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
