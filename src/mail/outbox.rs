//! The worker's side of the outbox: what is due, whose it is to send, and what came of it. For every organization,
//! which is why it is here that the back door is used.

use chrono::Duration;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};

use crate::app::Services;
use crate::entity::Timestamp;
use crate::entity::outbox::{Column, Entity, Model, Stage};
use crate::error::Result;

/// How long an instance has a mail for itself; twice as long as a delivery may take.
const CLAIM: Duration = Duration::minutes(2);
/// How long what has gone out, or will not, is kept.
const KEPT: Duration = Duration::days(90);

/// What came of a try.
#[derive(Clone, Debug)]
pub enum Outcome {
    Sent,
    /// Nobody needs it any more.
    Cancelled,
    Retry {
        reason: String,
        next_at: Timestamp,
    },
    Refused {
        reason: String,
    },
}

/// Takes up to `most` of the mails that are due; no other instance has them until the claim runs out.
pub async fn claim(services: &Services, most: usize) -> Result<Vec<Model>> {
    let mut claimed = Vec::new();
    for mail in due(services, most).await? {
        match claim_one(services, mail).await {
            Ok(mail) => claimed.extend(mail),
            Err(error) if claimed.is_empty() => return Err(error),
            // What is ours already must not wait until the claim runs out.
            Err(_) => break,
        }
    }
    Ok(claimed)
}

/// Those that wait, and those whose instance has not come back from sending them.
async fn due(services: &Services, most: usize) -> Result<Vec<Model>> {
    let now = Timestamp::from(services.clock.now());
    let due = Entity::find()
        .filter(Column::State.is_in([Stage::Queued, Stage::Retrying, Stage::Sending]))
        .filter(Column::NextAt.lte(now))
        .order_by_asc(Column::NextAt)
        .order_by_asc(Column::Id)
        .limit(u64::try_from(most).unwrap_or(u64::MAX));
    Ok(due.all(services.db.outside_any_organization()).await?)
}

/// Of the instances that have found a mail, one changes its row as it was.
async fn claim_one(services: &Services, mut mail: Model) -> Result<Option<Model>> {
    let until = Timestamp::from(services.clock.now() + CLAIM);
    let claim = Entity::update_many()
        .col_expr(Column::State, Expr::value(Stage::Sending))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::ClaimedUntil, Expr::value(until))
        .col_expr(Column::NextAt, Expr::value(until))
        .filter(Column::Id.eq(mail.id.as_str()))
        .filter(Column::State.eq(mail.state))
        .filter(Column::Attempts.eq(mail.attempts));
    let won = claim.exec(services.db.write_outside_any_organization()).await?.rows_affected == 1;
    mail.attempts += 1;
    Ok(won.then_some(mail))
}

/// Writes down what came of a try. A claim that has run out meanwhile is somebody else's to settle, except that
/// what has been sent has been sent.
pub async fn settle(services: &Services, mail: &Model, outcome: &Outcome) -> Result<()> {
    let now = Timestamp::from(services.clock.now());
    let row = Entity::update_many()
        .col_expr(Column::ClaimedUntil, Expr::value(None::<Timestamp>))
        .filter(Column::Id.eq(mail.id.as_str()));
    let row = match outcome {
        Outcome::Sent => finished(row, Stage::Sent, None).col_expr(Column::SentAt, Expr::value(now)),
        Outcome::Cancelled => ours(finished(row, Stage::Cancelled, None), mail),
        Outcome::Refused { reason } => ours(finished(row, Stage::Refused, Some(reason)), mail),
        Outcome::Retry { reason, next_at } => ours(finished(row, Stage::Retrying, Some(reason)), mail)
            .col_expr(Column::NextAt, Expr::value(*next_at)),
    };
    row.exec(services.db.write_outside_any_organization()).await?;
    Ok(())
}

fn finished(row: UpdateMany<Entity>, stage: Stage, reason: Option<&str>) -> UpdateMany<Entity> {
    row.col_expr(Column::State, Expr::value(stage))
        .col_expr(Column::Reason, Expr::value(reason.map(str::to_owned)))
}

fn ours(row: UpdateMany<Entity>, mail: &Model) -> UpdateMany<Entity> {
    row.filter(Column::State.eq(Stage::Sending)).filter(Column::Attempts.eq(mail.attempts))
}

/// Forgets mails that are over and older than ninety days.
///
/// # Errors
/// When they can't be deleted.
pub async fn forget_old(services: &Services) -> Result<()> {
    let old = Timestamp::from(services.clock.now() - KEPT);
    Entity::delete_many()
        .filter(Column::State.is_in([Stage::Sent, Stage::Refused, Stage::Cancelled]))
        .filter(Column::CreatedAt.lt(old))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}
