//! When someone who comes back from a provider has proven who they are. What no one knows, no one takes for a proof: a
//! provider that remembers people lets them through without a question.

use chrono::{DateTime, Utc};

use crate::clock::{Clock, SKEW};
use crate::entity::sign_in_flow::Purpose;

/// The moment, by our clock: what the provider tells of it (`auth_time`); where it tells nothing, now, if the flow
/// demanded a new login; else none.
pub fn proven_at(clock: &Clock, told: Option<DateTime<Utc>>, purpose: Purpose) -> Option<DateTime<Utc>> {
    match told {
        Some(told) => (told <= clock.wall() + SKEW).then(|| clock.on_this_clock(told)),
        None => (purpose == Purpose::StepUp).then(|| clock.now()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn minutes_ago(told: i64, purpose: Purpose) -> Option<i64> {
        let clock = Clock::default();
        let proven = proven_at(&clock, Some(clock.now() - TimeDelta::minutes(told)), purpose);
        proven.map(|at| (clock.now() - at).num_minutes())
    }

    #[test]
    fn what_the_provider_tells_goes_before_what_was_demanded() {
        assert_eq!(minutes_ago(0, Purpose::SignIn), Some(0));
        assert_eq!(minutes_ago(60, Purpose::SignIn), Some(60));
        assert_eq!(minutes_ago(60, Purpose::StepUp), Some(60), "it was demanded, and not done");
    }

    #[test]
    fn a_moment_to_come_proves_nothing() {
        assert_eq!(minutes_ago(-10, Purpose::StepUp), None);
        let clock = Clock::default();
        let ahead = proven_at(&clock, Some(clock.now() + TimeDelta::seconds(20)), Purpose::SignIn);
        assert!(ahead.is_some_and(|at| at <= clock.now()), "clocks differ by seconds");
    }

    #[test]
    fn silence_proves_something_only_where_a_login_was_demanded() {
        let clock = Clock::default();
        assert!(proven_at(&clock, None, Purpose::StepUp).is_some());
        for purpose in [Purpose::SignIn, Purpose::Claim, Purpose::Connect] {
            assert_eq!(proven_at(&clock, None, purpose), None);
        }
    }
}
