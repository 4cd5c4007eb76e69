//! How a key does: what the last try found, since when it fails, when it last worked.

use chrono::{DateTime, Duration, Utc};
use sea_orm::ActiveValue::Set;

use super::probe::{Finding, Verdict};
use crate::entity::Timestamp;
use crate::entity::llm_key_health::{ActiveModel, Model};
use crate::error::{Error, Result};
use crate::random;

/// How often a stored key is tried without being asked to.
const DAILY: Duration = Duration::hours(24);
/// As much sooner or later, so that not all keys are tried at once, in minutes.
const JITTER: i64 = 120;

impl Model {
    /// What the last try found.
    pub fn finding(&self) -> Option<Finding> {
        serde_json::from_value(self.finding.clone()?).ok()
    }
}

/// The row of a key that nobody has tried yet.
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
    let good = finding.verdict == Verdict::Valid;
    let finding = serde_json::to_value(finding).map_err(|e| Error::Internal(format!("a finding: {e}")))?;
    let failing_since = before.and_then(|before| before.failing_since).unwrap_or(at);
    Ok(ActiveModel {
        subject: Set(subject.to_owned()),
        finding: Set(Some(finding)),
        tested_at: Set(Some(at)),
        good_at: Set(if good { Some(at) } else { before.and_then(|before| before.good_at) }),
        failing_since: Set((!good).then_some(failing_since)),
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
    fn the_next_try_is_about_a_day_away() {
        for _ in 0..100 {
            let away = *next(DateTime::UNIX_EPOCH).expect("a moment") - DateTime::UNIX_EPOCH;
            assert!(away >= Duration::hours(22) && away < Duration::hours(26), "{away}");
        }
    }
}
