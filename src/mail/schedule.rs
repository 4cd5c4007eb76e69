//! When a mail is due: at once, and then after longer and longer waits.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::authority::Services;
use crate::entity::Timestamp;
use crate::entity::outbox::{Column, Entity, Stage};
use crate::error::Result;

/// How long an instance has a mail to itself unless it renews its claim: what a crash has left is sent soon after.
pub(super) const CLAIM: Duration = Duration::seconds(20);
/// How long after the first, second, … attempt the next one follows; then always the last of these.
const BACK_OFF: [Duration; 4] = [Duration::minutes(1), Duration::minutes(5), Duration::minutes(15), LONGEST];
const LONGEST: Duration = Duration::hours(1);

/// Mails that were never tried, those whose time has come, and those whose claim has run out.
pub(super) fn is_due(now: DateTime<Utc>) -> SimpleExpr {
    let come = Column::State.is_in([Stage::Retrying, Stage::Sending]);
    Column::State.eq(Stage::Queued).or(come.and(Column::NextAt.lte(Timestamp::from(now))))
}

/// Corrects what an instance with a fast clock has put off: nothing waits longer than if it were put off now.
pub async fn bring_near(services: &Services) -> Result<()> {
    let now = services.clock.wall();
    let far = |rows: SimpleExpr, wait: Duration| rows.and(Column::NextAt.gt(Timestamp::from(now + wait)));
    let rows = waiting().map(|(rows, wait)| far(rows, wait));
    let any = rows.fold(Condition::any(), Condition::add);
    if Entity::find().filter(any).one(services.db.outside_any_organization()).await?.is_none() {
        return Ok(());
    }
    for (rows, wait) in waiting() {
        Entity::update_many()
            .col_expr(Column::NextAt, Expr::value(Timestamp::from(now + wait)))
            .filter(far(rows, wait))
            .exec(services.db.write_outside_any_organization())
            .await?;
    }
    Ok(())
}

/// The rows that wait, and how long at most.
fn waiting() -> impl Iterator<Item = (SimpleExpr, Duration)> {
    let retrying = (1..).zip(BACK_OFF).map(|(attempts, wait)| {
        let tried =
            if wait == LONGEST { Column::Attempts.gte(attempts) } else { Column::Attempts.eq(attempts) };
        (Column::State.eq(Stage::Retrying).and(tried), wait)
    });
    retrying.chain([(Column::State.eq(Stage::Sending), CLAIM)])
}

/// How long a mail waits after so many attempts.
pub fn back_off(attempts: i64) -> Duration {
    let tries = usize::try_from(attempts).unwrap_or_default().saturating_sub(1);
    BACK_OFF.get(tries).copied().unwrap_or(LONGEST)
}
