//! The worker's side of the outbox: what is due, which instance sends it, and the result. It covers every organization,
//! which is why it uses the back door.

use chrono::Duration;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, UpdateMany};

use super::delivery_outcome::DeliveryOutcome;
use super::schedule::{CLAIM, is_due};
use crate::authority::Services;
use crate::entity::Timestamp;
use crate::entity::outbox::{Column, Entity, Model, Stage};
use crate::error::Result;

/// How long mails are kept that were sent, refused or cancelled.
const KEPT: Duration = Duration::days(90);

/// The mails that were taken last: the organization's id, empty for the installation, and the kind. Then it is the next
/// ones' turn, so that a thousand invites of one organization delay neither the single mail of another nor a test.
#[derive(Default)]
pub struct Turn(Option<String>);

/// Takes up to `most` of the mails that are due, from as many organizations and of as many kinds as possible. No other
/// instance takes them until the claim runs out.
pub async fn claim(services: &Services, turn: &mut Turn, most: usize) -> Result<Vec<Model>> {
    let sorts = next_in_turn(services, turn, most).await?;
    let share = most.div_ceil(sorts.len().max(1));
    let mut claimed = Vec::new();
    for sort in sorts {
        let free = share.min(most - claimed.len());
        claimed.extend(claim_of(services, &sort, free).await?);
        turn.0 = Some(sort);
    }
    Ok(claimed)
}

/// Up to `most` sorts of due mails, starting after the last one.
async fn next_in_turn(services: &Services, turn: &Turn, most: usize) -> Result<Vec<String>> {
    let (mut found, mut after) = (Vec::new(), turn.0.clone());
    while found.len() < most {
        match next_with_mail(services, after.as_deref()).await? {
            Some(sort) if !found.contains(&sort) => {
                found.push(sort.clone());
                after = Some(sort);
            }
            None if after.is_some() => after = None,
            _ => break,
        }
    }
    Ok(found)
}

async fn next_with_mail(services: &Services, after: Option<&str>) -> Result<Option<String>> {
    let mut due = Entity::find()
        .select_only()
        .expr_as(sort(), "sort")
        .filter(is_waiting())
        .filter(is_due(services.clock.wall()))
        .order_by_asc(sort())
        .limit(1);
    if let Some(after) = after {
        due = due.filter(sort().gt(after));
    }
    Ok(due.into_tuple().one(services.db.outside_any_organization()).await?)
}

/// The organization of a mail and its kind, as the index of waiting mails has it.
fn sort() -> Expr {
    Expr::cust("COALESCE(\"organization_id\", '') || ' ' || \"kind\"")
}

/// Exactly as in the index: with bound parameters SQLite would not use it.
fn is_waiting() -> Expr {
    Expr::cust("\"state\" IN ('queued', 'sending', 'retrying')")
}

async fn claim_of(services: &Services, of: &str, most: usize) -> Result<Vec<Model>> {
    let now = services.clock.wall();
    let until = Timestamp::from(now + CLAIM);
    // Each instance passes over what another is taking at this moment.
    let due = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(sort().eq(of))
        .and_where(is_waiting())
        .and_where(is_due(now))
        .order_by(Column::NextAt, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .limit(u64::try_from(most).unwrap_or(u64::MAX))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let claimed = Entity::update_many()
        .col_expr(Column::State, Expr::value(Stage::Sending))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::ClaimedUntil, Expr::value(until))
        .col_expr(Column::NextAt, Expr::value(until))
        .filter(Column::Id.in_subquery(due))
        .exec_with_returning(services.db.write_outside_any_organization());
    Ok(claimed.await?)
}

/// Extends the claim on a mail while it is being delivered.
pub async fn renew(services: &Services, mail: &Model) -> Result<()> {
    let until = Timestamp::from(services.clock.wall() + CLAIM);
    let claim = Entity::update_many()
        .col_expr(Column::ClaimedUntil, Expr::value(until))
        .col_expr(Column::NextAt, Expr::value(until));
    ours(claim, mail).exec(services.db.write_outside_any_organization()).await?;
    Ok(())
}

/// Writes down what came of tries: first, and at once, which mails were sent. A claim that has run out meanwhile is
/// someone else's to settle, except that what has been sent has been sent. Doing it twice changes nothing more.
pub async fn settle(services: &Services, tried: &[(Model, DeliveryOutcome)]) -> Result<()> {
    let is_sent = |(_, outcome): &&(Model, DeliveryOutcome)| matches!(outcome, DeliveryOutcome::Sent);
    let (sent, others): (Vec<_>, Vec<_>) = tried.iter().partition(is_sent);
    if !sent.is_empty() {
        let now = Timestamp::from(services.clock.wall());
        finished(Stage::Sent, None)
            .col_expr(Column::SentAt, Expr::value(now))
            .filter(Column::Id.is_in(sent.iter().map(|(mail, _)| mail.id.as_str())))
            .exec(services.db.write_outside_any_organization())
            .await?;
    }
    for (mail, outcome) in others {
        let row = match outcome {
            DeliveryOutcome::Sent | DeliveryOutcome::Cancelled => finished(Stage::Cancelled, None),
            DeliveryOutcome::Refused { reason } => finished(Stage::Refused, Some(reason)),
            DeliveryOutcome::Retry { reason, next_at } => {
                finished(Stage::Retrying, Some(reason)).col_expr(Column::NextAt, Expr::value(*next_at))
            }
        };
        ours(row, mail).exec(services.db.write_outside_any_organization()).await?;
    }
    Ok(())
}

fn finished(stage: Stage, reason: Option<&str>) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(stage))
        .col_expr(Column::Reason, Expr::value(reason.map(str::to_owned)))
        .col_expr(Column::ClaimedUntil, Expr::value(None::<Timestamp>))
}

fn ours(row: UpdateMany<Entity>, mail: &Model) -> UpdateMany<Entity> {
    row.filter(Column::Id.eq(mail.id.as_str()))
        .filter(Column::State.eq(Stage::Sending))
        .filter(Column::Attempts.eq(mail.attempts))
}

/// Deletes mails that were sent, refused or cancelled and are older than 90 days.
///
/// # Errors
/// When they can't be deleted.
pub async fn forget_old(services: &Services) -> Result<()> {
    let old = Timestamp::from(services.clock.wall() - KEPT);
    Entity::delete_many()
        .filter(Column::State.is_in([Stage::Sent, Stage::Refused, Stage::Cancelled]))
        .filter(Column::CreatedAt.lt(old))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}
