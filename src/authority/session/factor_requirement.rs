//! Whether an organization waits for a member's second factor, and until when (rule 7.1).

use chrono::{DateTime, Duration, Utc};
use sea_orm::FromQueryResult;

use crate::entity::Timestamp;

/// What an organization requires of one of its members, as a query tells it.
#[derive(FromQueryResult)]
pub struct Requirement {
    second_factor_from: Option<Timestamp>,
    second_factor_days: Option<i64>,
    trusts_provider_factor: Option<bool>,
    joined: Option<Timestamp>,
    own_factor: Option<bool>,
    /// Whether the provider vouched for one: of the session, or of the last sign-in of anyone who is here by a token.
    provider_factor: Option<bool>,
}

impl Requirement {
    /// From when on the organization is closed to someone who lacks what it requires; none for everyone else.
    pub fn due(&self) -> Option<DateTime<Utc>> {
        let has_own = self.own_factor.unwrap_or_default();
        let is_trusted = self.trusts_provider_factor.unwrap_or_default();
        if has_own || is_trusted && self.provider_factor.unwrap_or_default() {
            return None;
        }
        let from = *self.second_factor_from?;
        Some(due(from, self.second_factor_days.unwrap_or_default(), *self.joined?))
    }
}

/// When a member has to have a second factor: from the day that was set, and for those who join later after as many days
/// as there were until then.
pub fn due(from: DateTime<Utc>, days: i64, joined: DateTime<Utc>) -> DateTime<Utc> {
    let grace = Duration::try_days(days).unwrap_or_default();
    joined.checked_add_signed(grace).map_or(from, |later| later.max(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(day)
    }

    #[test]
    fn who_was_there_has_until_the_day_and_who_joins_later_as_many_days() {
        assert_eq!(due(at(107), 7, at(3)), at(107));
        assert_eq!(due(at(107), 7, at(102)), at(109));
        assert_eq!(due(at(100), 0, at(200)), at(200));
        assert_eq!(due(at(100), i64::MAX, at(200)), at(200), "nonsense gives no one time for ever");
    }
}
