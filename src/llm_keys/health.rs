//! How a key does: what the last try found, since when it fails, when it last worked.

use chrono::{DateTime, Duration, Utc};
use sea_orm::ActiveValue::Set;

use super::probe::{Finding, Standing, Verdict};
use crate::entity::Timestamp;
use crate::entity::llm_key_health::{ActiveModel, Model};
use crate::error::{Error, Result};
use crate::random;

/// How often a stored key is tried without being asked to.
const DAILY: Duration = Duration::hours(24);
/// As much sooner or later, so that not all keys are tried at once, in minutes.
const JITTER: i64 = 120;
/// How soon a key is tried again of which nothing was learnt, because its provider was busy.
const SOON: Duration = Duration::hours(1);
/// How long nothing may be learnt of a key that was good, before that is someone's business.
const LONG: Duration = Duration::hours(48);

impl Model {
    /// What the last try found.
    pub fn finding(&self) -> Option<Finding> {
        serde_json::from_value(self.finding.clone()?).ok()
    }
}

/// The row of a key that no one has tried yet.
pub fn untried(subject: &str, next: Timestamp) -> ActiveModel {
    ActiveModel { subject: Set(subject.to_owned()), next_test_at: Set(Some(next)), ..Default::default() }
}

/// The row after a try at `at`, with what was known before.
///
/// # Errors
/// When the finding can't be described as JSON, which is a fault of ours.
pub fn tried(
    subject: &str,
    before: Option<&Model>,
    finding: &Finding,
    at: Timestamp,
    next: Option<Timestamp>,
) -> Result<ActiveModel> {
    let standing = finding.verdict.standing();
    let (good_at, failing_since) = before.map_or((None, None), |row| (row.good_at, row.failing_since));
    let is_long_gone = good_at.is_some_and(|good| *at - *good >= LONG);
    let finding = serde_json::to_value(finding).map_err(|e| Error::Internal(format!("a finding: {e}")))?;
    Ok(ActiveModel {
        subject: Set(subject.to_owned()),
        finding: Set(Some(finding)),
        tested_at: Set(Some(at)),
        good_at: Set(if standing == Standing::Accepted { Some(at) } else { good_at }),
        failing_since: Set(match standing {
            Standing::Accepted | Standing::Indifferent => None,
            Standing::Failing => failing_since.or(Some(at)),
            Standing::Open => failing_since.or(is_long_gone.then_some(at)),
        }),
        next_test_at: Set(next),
        ..Default::default()
    })
}

/// When a stored key is tried next: about a day from now.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn next(now: DateTime<Utc>) -> Result<Timestamp> {
    let [first, second, ..] = random::bytes()?;
    let minutes = i64::from(u16::from_be_bytes([first, second])) % (2 * JITTER) - JITTER;
    Ok(Timestamp::from(now + DAILY + Duration::minutes(minutes)))
}

/// When it is tried next after this verdict: sooner, where that may pass.
///
/// # Errors
/// As [`next`].
pub fn next_after(verdict: Verdict, now: DateTime<Utc>) -> Result<Timestamp> {
    if verdict.is_passing() { Ok(Timestamp::from(now + SOON)) } else { next(now) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(verdict: Verdict) -> Finding {
        Finding { verdict, sentence: "So it is.".to_owned(), millis: 7 }
    }

    fn model(row: ActiveModel) -> Model {
        use sea_orm::TryIntoModel;
        ActiveModel { organization_id: Set("acme".to_owned()), ..row }.try_into_model().expect("a row")
    }

    #[test]
    fn failing_is_counted_from_its_first_try_until_it_works_again() {
        let at = |minute: i64| Timestamp::from(DateTime::UNIX_EPOCH + Duration::minutes(minute));
        let good = model(tried("k", None, &finding(Verdict::Valid), at(1), None).expect("a row"));
        assert_eq!((good.good_at, good.failing_since), (Some(at(1)), None));
        let bad = model(tried("k", Some(&good), &finding(Verdict::Refused), at(2), None).expect("a row"));
        let worse =
            model(tried("k", Some(&bad), &finding(Verdict::Unreachable), at(3), None).expect("a row"));
        assert_eq!((worse.good_at, worse.failing_since), (Some(at(1)), Some(at(2))));
        assert_eq!(worse.finding(), Some(finding(Verdict::Unreachable)));
        let again = model(tried("k", Some(&worse), &finding(Verdict::Valid), at(4), None).expect("a row"));
        assert_eq!((again.good_at, again.failing_since), (Some(at(4)), None));
    }

    #[test]
    fn a_busy_provider_says_nothing_of_the_key_unless_it_is_busy_for_days() {
        let at = |hour: i64| Timestamp::from(DateTime::UNIX_EPOCH + Duration::hours(hour));
        for open in [Verdict::Busy, Verdict::RateLimited, Verdict::OutOfRegion, Verdict::Unexplained] {
            let good = model(tried("k", None, &finding(Verdict::Valid), at(0), None).expect("a row"));
            let busy = model(tried("k", Some(&good), &finding(open), at(24), None).expect("a row"));
            assert_eq!((busy.good_at, busy.failing_since), (Some(at(0)), None), "{open:?}");
            let again = model(tried("k", Some(&busy), &finding(open), at(47), None).expect("a row"));
            assert_eq!(again.failing_since, None, "{open:?}");
            let for_long = model(tried("k", Some(&again), &finding(open), at(48), None).expect("a row"));
            assert_eq!((for_long.good_at, for_long.failing_since), (Some(at(0)), Some(at(48))), "{open:?}");
            let bad = model(tried("k", Some(&good), &finding(Verdict::Refused), at(1), None).expect("a row"));
            let busy = model(tried("k", Some(&bad), &finding(open), at(2), None).expect("a row"));
            assert_eq!(busy.failing_since, Some(at(1)), "it is not known to be better");
        }
        let never = model(tried("k", None, &finding(Verdict::Busy), at(99), None).expect("a row"));
        assert_eq!((never.good_at, never.failing_since), (None, None));
    }

    #[test]
    fn a_restricted_key_is_a_good_one() {
        let at = |minute: i64| Timestamp::from(DateTime::UNIX_EPOCH + Duration::minutes(minute));
        let bad = model(tried("k", None, &finding(Verdict::Refused), at(1), None).expect("a row"));
        let row = model(tried("k", Some(&bad), &finding(Verdict::Restricted), at(2), None).expect("a row"));
        assert_eq!((row.good_at, row.failing_since), (Some(at(2)), None));
    }

    #[test]
    fn a_server_that_looks_at_no_key_makes_it_neither_good_nor_bad() {
        let at = |hour: i64| Timestamp::from(DateTime::UNIX_EPOCH + Duration::hours(hour));
        let unchecked = finding(Verdict::Unchecked);
        let good = model(tried("k", None, &finding(Verdict::Valid), at(0), None).expect("a row"));
        let row = model(tried("k", Some(&good), &unchecked, at(99), None).expect("a row"));
        assert_eq!((row.good_at, row.failing_since), (Some(at(0)), None), "however long ago it was good");
        let gone = model(tried("k", None, &finding(Verdict::Unreachable), at(0), None).expect("a row"));
        let row = model(tried("k", Some(&gone), &unchecked, at(1), None).expect("a row"));
        assert_eq!((row.good_at, row.failing_since), (None, None), "it is there again");
    }

    #[test]
    fn a_key_of_which_nothing_was_learnt_is_tried_again_soon() {
        let away =
            |verdict| *next_after(verdict, DateTime::UNIX_EPOCH).expect("a moment") - DateTime::UNIX_EPOCH;
        assert_eq!([away(Verdict::Busy), away(Verdict::RateLimited)], [SOON, SOON]);
        for verdict in [Verdict::Valid, Verdict::Refused, Verdict::OutOfRegion, Verdict::OutOfCredit] {
            assert!(away(verdict) >= Duration::hours(22), "{verdict:?}");
        }
    }

    #[test]
    fn the_next_try_is_about_a_day_away() {
        for _ in 0..100 {
            let away = *next(DateTime::UNIX_EPOCH).expect("a moment") - DateTime::UNIX_EPOCH;
            assert!(away >= Duration::hours(22) && away < Duration::hours(26), "{away}");
        }
    }
}
