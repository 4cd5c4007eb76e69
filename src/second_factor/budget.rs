//! How many wrong codes someone may give (threat F06): counted in the database per person, whatever session, address or
//! instance they come by. While there were too many, the right code is refused, too.

use std::time::Duration as Wait;

use chrono::{DateTime, Duration, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;

use crate::authority::{Change, OfPerson};
use crate::entity::Timestamp;
use crate::entity::code_budget::{ActiveModel, Column, Entity, Model};
use crate::error::Result;

/// As many wrong codes as are taken with less than [`QUIET`] between two of them.
const MOST: i64 = 5;
const QUIET: Duration = Duration::minutes(15);
/// As many as are taken before a right one, however slowly they come.
const MOST_IN_ALL: i64 = 20;
/// How long no code is taken the first time; each time after it twice as long.
const FIRST_LOCK: Duration = Duration::minutes(15);
const LONGEST_LOCK: Duration = Duration::days(1);

/// How much of it someone has used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    failures: i64,
    failures_in_all: i64,
    failed_at: DateTime<Utc>,
    locks: i64,
    locked_until: Option<DateTime<Utc>>,
}

impl Budget {
    fn fresh(now: DateTime<Utc>) -> Self {
        Self { failures: 0, failures_in_all: 0, failed_at: now, locks: 0, locked_until: None }
    }

    /// How long no code is taken; none where one is.
    pub fn wait(&self, now: DateTime<Utc>) -> Option<Wait> {
        let until = self.locked_until.filter(|until| *until > now)?;
        (until - now).to_std().ok()
    }

    /// The same after one more wrong code.
    #[must_use]
    pub fn after_failure(self, now: DateTime<Utc>) -> Self {
        let failures = if now - self.failed_at < QUIET { self.failures + 1 } else { 1 };
        let failures_in_all = self.failures_in_all + 1;
        if failures < MOST && failures_in_all < MOST_IN_ALL {
            return Self { failures, failures_in_all, failed_at: now, ..self };
        }
        let doublings = u32::try_from(self.locks.clamp(0, 7)).unwrap_or(7);
        let lock = (FIRST_LOCK * 2_i32.pow(doublings)).min(LONGEST_LOCK);
        Self {
            failures: 0,
            failures_in_all: 0,
            failed_at: now,
            locks: self.locks + 1,
            locked_until: Some(now + lock),
        }
    }
}

/// The person's budget. Inside a change that holds their row, so that no other counts meanwhile.
///
/// # Errors
/// When the database can't be asked.
pub async fn of(change: &Change<OfPerson>) -> Result<Budget> {
    let row = Entity::find_by_id(&change.person().id).one(change.connection()).await?;
    Ok(row.map_or_else(|| Budget::fresh(*change.at()), |row| Budget::read(&row)))
}

impl Budget {
    fn read(row: &Model) -> Self {
        Self {
            failures: row.failures,
            failures_in_all: row.failures_in_all,
            failed_at: *row.failed_at,
            locks: row.locks,
            locked_until: row.locked_until.map(|until| *until),
        }
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When the database can't.
    pub async fn keep(self, change: &Change<OfPerson>) -> Result<()> {
        let row = ActiveModel {
            user_id: Set(change.person().id.clone()),
            failures: Set(self.failures),
            failures_in_all: Set(self.failures_in_all),
            failed_at: Set(Timestamp::from(self.failed_at)),
            locks: Set(self.locks),
            locked_until: Set(self.locked_until.map(Timestamp::from)),
        };
        let all =
            [Column::Failures, Column::FailuresInAll, Column::FailedAt, Column::Locks, Column::LockedUntil];
        let replace = OnConflict::column(Column::UserId).update_columns(all).to_owned();
        Entity::insert(row).on_conflict(replace).exec_without_returning(change.connection()).await?;
        Ok(())
    }
}

/// Gives the person their whole budget back: a right code was theirs.
///
/// # Errors
/// When the database can't.
pub async fn forget(change: &Change<OfPerson>) -> Result<()> {
    change.delete::<Entity>(|own| own).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(n: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(n)
    }

    fn after(failures: i64, budget: Budget, now: DateTime<Utc>) -> Budget {
        (0..failures).fold(budget, |budget, _| budget.after_failure(now))
    }

    // F06
    #[test]
    fn the_fifth_wrong_code_in_a_quarter_of_an_hour_is_the_last_and_the_wait_doubles_up_to_a_day() {
        let four = after(4, Budget::fresh(minutes(0)), minutes(0));
        assert_eq!(four.wait(minutes(0)), None);
        let (mut budget, mut now) = (four.after_failure(minutes(14)), minutes(14));
        for wait in [15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440] {
            assert_eq!(budget.wait(now), Some(Wait::from_secs(wait * 60)), "after {} locks", budget.locks);
            now += Duration::minutes(i64::try_from(wait).expect("minutes"));
            assert_eq!(budget.wait(now), None, "it is over on time");
            budget = after(5, budget, now);
        }
    }

    #[test]
    fn a_quarter_of_an_hour_without_a_wrong_code_gives_four_more_but_no_more_than_twenty_in_all() {
        let mut budget = Budget::fresh(minutes(0));
        for round in 0..5 {
            let now = minutes(round * 15);
            budget = after(if round == 4 { 3 } else { 4 }, budget, now);
            assert_eq!(budget.wait(now), None, "round {round}");
        }
        assert!(budget.after_failure(minutes(75)).wait(minutes(75)).is_some(), "the twentieth");
    }

    #[test]
    fn wrong_codes_that_go_on_are_never_forgotten() {
        let four = after(4, Budget::fresh(minutes(0)), minutes(0));
        assert!(four.after_failure(minutes(14)).wait(minutes(14)).is_some());
        let spread =
            (0..5).fold(Budget::fresh(minutes(0)), |budget, n| budget.after_failure(minutes(n * 14)));
        assert!(spread.wait(minutes(56)).is_some(), "the last a quarter of an hour after the one before");
    }
}
