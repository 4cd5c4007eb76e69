//! The worker's side of the outbox: what is due, whose it is to send, and what came of it. For every organization,
//! which is why it is here that the back door is used.

use chrono::Duration;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, UpdateMany};

use super::delivery_outcome::DeliveryOutcome;
use super::schedule::{CLAIM, is_due};
use crate::authority::Services;
use crate::entity::Timestamp;
use crate::entity::outbox::{Column, Entity, Model, Stage};
use crate::error::Result;

/// How long what has gone out, or will not, is kept.
const KEPT: Duration = Duration::days(90);

/// Whose mails were taken last: the organization's id, empty for the installation. The next one has its turn, so that
/// nobody's thousand mails hold up another's one.
#[derive(Default)]
pub struct Turn(Option<String>);

/// Takes up to `most` of the mails that are due, of as many organizations as there are; no other instance has them until
/// the claim runs out.
pub async fn claim(services: &Services, turn: &mut Turn, most: usize) -> Result<Vec<Model>> {
    let organizations = next_in_turn(services, turn, most).await?;
    let share = most.div_ceil(organizations.len().max(1));
    let mut claimed = Vec::new();
    for organization in organizations {
        let free = share.min(most - claimed.len());
        claimed.extend(claim_of(services, &organization, free).await?);
        turn.0 = Some(organization);
    }
    Ok(claimed)
}

/// Up to `most` organizations that have mails due, those after the last one first.
async fn next_in_turn(services: &Services, turn: &Turn, most: usize) -> Result<Vec<String>> {
    let (mut found, mut after) = (Vec::new(), turn.0.clone());
    while found.len() < most {
        match next_with_mail(services, after.as_deref()).await? {
            Some(organization) if !found.contains(&organization) => {
                found.push(organization.clone());
                after = Some(organization);
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
        .expr_as(whose(), "organization")
        .filter(is_waiting())
        .filter(is_due(services.clock.wall()))
        .order_by_asc(whose())
        .limit(1);
    if let Some(after) = after {
        due = due.filter(whose().gt(after));
    }
    Ok(due.into_tuple().one(services.db.outside_any_organization()).await?)
}

/// The organization of a mail, as the index of those that wait has it.
fn whose() -> Expr {
    Expr::cust("COALESCE(\"organization_id\", '')")
}

/// Letter by letter as the index has it: with bound parameters SQLite would not know it again.
fn is_waiting() -> Expr {
    Expr::cust("\"state\" IN ('queued', 'sending', 'retrying')")
}

async fn claim_of(services: &Services, organization: &str, most: usize) -> Result<Vec<Model>> {
    let now = services.clock.wall();
    let until = Timestamp::from(now + CLAIM);
    // Of several instances each passes over what another is just taking.
    let due = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(whose().eq(organization))
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

/// Has the mail for longer, while it is being delivered.
pub async fn renew(services: &Services, mail: &Model) -> Result<()> {
    let until = Timestamp::from(services.clock.wall() + CLAIM);
    let claim = Entity::update_many()
        .col_expr(Column::ClaimedUntil, Expr::value(until))
        .col_expr(Column::NextAt, Expr::value(until));
    ours(claim, mail).exec(services.db.write_outside_any_organization()).await?;
    Ok(())
}

/// Writes down what came of tries: first, and at once, which mails were sent. A claim that has run out meanwhile is
/// somebody else's to settle, except that what has been sent has been sent. Doing it twice changes nothing more.
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

/// Forgets mails that are over and older than ninety days.
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
