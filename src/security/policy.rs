//! What an organization requires, and what an admin wants of it.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::entity::organization::Model;
use crate::error::{Error, Result};

/// The last day that can be chosen.
pub const LATEST: Duration = Duration::days(365);
/// The field of the API that a day is sent in.
pub const FROM: &str = "require2faFrom";
/// What is said of a day that can't be chosen.
pub const OUT_OF_RANGE: &str = "Choose a date in the future, at most a year from now.";

/// What an organization requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// From when on members need a second factor; none where they don't.
    pub from: Option<DateTime<Utc>>,
    /// Whether a provider's counts.
    pub trusts_provider: bool,
}

impl From<&Model> for Policy {
    fn from(row: &Model) -> Self {
        Self { from: row.second_factor_from.map(|at| *at), trusts_provider: row.trusts_provider_factor }
    }
}

impl Policy {
    /// As events tell of it.
    pub fn told(self) -> Value {
        json!({ "require2faFrom": self.from, "trustProviderMfa": self.trusts_provider })
    }
}

/// What an admin wants; what they say nothing of stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// From when on a second factor is required, or that it isn't.
    pub from: Option<Since>,
    pub trusts_provider: Option<bool>,
}

/// From when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// It isn't.
    Never,
    /// From the day that is set already, else at once.
    Set,
    Now,
    At(DateTime<Utc>),
}

impl Wish {
    /// What is required then.
    ///
    /// # Errors
    /// 422 for a day that has passed or is too far away.
    pub fn apply(self, before: Policy, now: DateTime<Utc>) -> Result<Policy> {
        let from = match self.from {
            None => before.from,
            Some(Since::Never) => None,
            Some(Since::Set) => Some(before.from.unwrap_or(now)),
            // Of those who have to have one already, "now" changes nothing.
            Some(Since::Now) => Some(before.from.filter(|from| *from <= now).unwrap_or(now)),
            Some(Since::At(at)) if Some(at) == before.from => before.from,
            Some(Since::At(at)) if at <= now || at > now + LATEST => {
                return Err(Error::invalid(FROM, OUT_OF_RANGE));
            }
            Some(Since::At(at)) => Some(at),
        };
        Ok(Policy { from, trusts_provider: self.trusts_provider.unwrap_or(before.trusts_provider) })
    }
}

#[cfg(test)]
mod tests {
    use std::result::Result;

    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::hours(hours)
    }

    fn applied(wish: Option<Since>, before: Option<i64>) -> Result<Option<DateTime<Utc>>, ()> {
        let before = Policy { from: before.map(at), trusts_provider: false };
        let wish = Wish { from: wish, trusts_provider: None };
        wish.apply(before, at(100)).map(|policy| policy.from).map_err(drop)
    }

    #[test]
    fn a_day_lies_ahead_and_no_more_than_a_year() {
        let day = |at| Some(Since::At(at));
        assert_eq!(applied(day(at(101)), None), Ok(Some(at(101))));
        assert_eq!(applied(day(at(100) + LATEST), None), Ok(Some(at(100) + LATEST)));
        assert_eq!(applied(day(at(101) + LATEST), None), Err(()));
        assert_eq!(applied(day(at(100)), None), Err(()));
        assert_eq!(applied(day(at(50)), Some(50)), Ok(Some(at(50))), "it stays as it is");
    }

    #[test]
    fn what_is_required_without_a_day_leaves_the_one_that_is_set() {
        assert_eq!(applied(Some(Since::Set), None), Ok(Some(at(100))));
        assert_eq!(applied(Some(Since::Set), Some(200)), Ok(Some(at(200))));
    }

    #[test]
    fn now_leaves_what_is_in_force_as_it_is() {
        assert_eq!(applied(Some(Since::Now), None), Ok(Some(at(100))));
        assert_eq!(applied(Some(Since::Now), Some(50)), Ok(Some(at(50))));
        assert_eq!(applied(Some(Since::Now), Some(200)), Ok(Some(at(100))));
        assert_eq!(applied(None, Some(50)), Ok(Some(at(50))));
        assert_eq!(applied(Some(Since::Never), Some(50)), Ok(None));
    }
}
