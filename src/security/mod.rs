//! What an organization asks of its people's sign-ins: a second factor from a day on, of their own or of a provider that it
//! trusts (rules 7.1, 7.2).
//!
//! Until the day, those who lack one read a countdown and get mails; after it the organization is closed to them, and open
//! again as soon as they have one. Their membership stays.

pub mod api;
pub mod form;
pub mod mails;
mod policy;
pub mod reminders;
pub mod web;

use chrono::Duration;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::authority::{Admin, Change, Event, OfOrganization};
use crate::entity::membership::SecondFactor;
use crate::entity::organization::{Column, Entity, Model};
use crate::entity::{Timestamp, former_member, membership};
use crate::error::{Error, Result};
use crate::membership::owners::{Entrance, Owners};

pub use policy::{FROM, OUT_OF_RANGE, Policy, Since, Wish};

/// Why someone can't require what they don't have.
pub const ENROLL_FIRST: &str =
    "Add a second factor to your own account first. A provider’s isn’t enough to require one.";
/// Why it can't be required when no owner has one.
pub const NO_OWNER: &str = "No owner has a second factor of their own, so it might be closed to all of them. Ask an owner to add one first.";

/// Changes what is required, with one event; tells whether there was something to change. Takes a fresh sign-in, and a
/// second factor of one's own to require one.
///
/// # Errors
/// 403 without a fresh sign-in; 409 for an admin who has none themselves, or when no owner could come in any more (rule
/// 7.2); [`Error::Stale`] when it was changed since `version`; 422 for a day that has passed or is too far away.
pub async fn change(admin: &Admin, wish: Wish, version: Option<i64>) -> Result<bool> {
    admin.person().need_fresh_sign_in()?;
    let change = admin.change_as_own().await?;
    let row = change.single::<Entity>().await?;
    if version.is_some_and(|version| version != row.version) {
        return Err(Error::Stale);
    }
    let (before, now) = (Policy::from(&row), *change.at());
    let after = wish.apply(before, now)?;
    if after == before {
        return Ok(false);
    }
    if after.from.is_some()
        && let Some(why) = refusal(&change, admin).await?
    {
        change.commit(Event::refused("security.changed", row.name)).await?;
        return Err(Error::Conflict(why));
    }
    write(&change, admin, &row, after).await?;
    if after.from.is_none() {
        change.delete::<former_member::Entity>(|ours| ours).await?;
    }
    tell_anew(&change).await?;
    change.commit(Event::done("security.changed", row.name).with(before.told(), after.told())).await?;
    admin.services().reminders_due.notify_one();
    Ok(true)
}

/// Why it can't be required, if it can't: who requires it has one of their own, and so has an owner who can come in.
async fn refusal(change: &Change<OfOrganization>, admin: &Admin) -> Result<Option<&'static str>> {
    let own = change.all::<membership::Entity>(|ours| ours.filter(is_of(admin))).await?;
    if !own.iter().any(|own| own.second_factor == SecondFactor::Own) {
        return Ok(Some(ENROLL_FIRST));
    }
    let owners = Owners::inside(change, Entrance::from(&admin.services().config)).await?;
    Ok((!owners.can_require_factor()).then_some(NO_OWNER))
}

/// Whether the admin has a second factor of their own.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_enrolled(admin: &Admin) -> Result<bool> {
    let own = admin.scope().find::<membership::Entity>().filter(|ours| ours.filter(is_of(admin)));
    let own: Vec<SecondFactor> = own.column(membership::Column::SecondFactor).await?;
    Ok(own.contains(&SecondFactor::Own))
}

fn is_of(admin: &Admin) -> SimpleExpr {
    membership::Column::UserId.eq(admin.visitor().id.as_str())
}

/// Who joins later has as many days as there are from now on.
async fn write(change: &Change<OfOrganization>, admin: &Admin, row: &Model, policy: Policy) -> Result<()> {
    let days = policy.from.map_or(0, |from| whole_days(from - *change.at()));
    let days =
        if policy.from == row.second_factor_from.map(|at| *at) { row.second_factor_days } else { days };
    let written = change
        .update::<Entity>(|ours| {
            ours.col_expr(Column::SecondFactorFrom, Expr::value(policy.from.map(Timestamp::from)))
                .col_expr(Column::SecondFactorDays, Expr::value(days))
                .col_expr(Column::TrustsProviderFactor, Expr::value(policy.trusts_provider))
                .col_expr(Column::Version, Expr::value(row.version + 1))
                .col_expr(Column::UpdatedAt, Expr::value(change.at()))
                .col_expr(Column::UpdatedBy, Expr::value(admin.visitor().name.as_str()))
                .filter(Column::Version.eq(row.version))
        })
        .await?;
    if written == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Days that have begun.
fn whole_days(wait: Duration) -> i64 {
    let day = Duration::days(1).num_milliseconds();
    (wait.num_milliseconds().max(0) + day - 1) / day
}

/// What is required by now is told of by mail as what was required first.
async fn tell_anew(change: &Change<OfOrganization>) -> Result<()> {
    let told = membership::Column::SecondFactorTold;
    change
        .update::<membership::Entity>(|ours| ours.col_expr(told, Expr::value(0_i64)).filter(told.ne(0)))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_joins_has_the_days_that_have_begun() {
        let days = |hours| whole_days(Duration::hours(hours));
        assert_eq!((days(-5), days(0), days(1), days(24), days(25), days(7 * 24)), (0, 0, 1, 1, 2, 7));
    }
}
