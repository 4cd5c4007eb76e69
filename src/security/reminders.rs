//! The mails to those who lack a second factor that their organization requires: at once, a week and a day before they need
//! it (rule 7.1). Each is sent once, by whichever instance comes first.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::address::EmailAddress;
use crate::authority::session::due;
use crate::authority::{Change, Event, FromOutside, Services, Worker};
use crate::entity::membership::{Column, Entity, Model, Status};
use crate::entity::{Timestamp, organization};
use crate::error::Result;
use crate::mail::{self, MailKind};
use crate::membership::coverage::lacking;
use crate::{numbers, work};

/// How long before the day the later mails come, in the order of their numbers: the second, the third.
const BEFORE: [Duration; 2] = [Duration::days(7), Duration::days(1)];
/// People who are told in one change.
const BATCH: u64 = 200;

/// Queues the mails that are due, in every organization. None while mail is not set up: they are still due then.
///
/// # Errors
/// When the database can't be asked; what goes wrong with one organization is told as other work's failures are.
pub async fn send_due(services: &Services) -> Result<()> {
    if services.mail.way.is_none() {
        return Ok(());
    }
    let requiring = organization::Entity::find()
        .filter(organization::Column::SecondFactorFrom.is_not_null())
        .filter(organization::Column::State.eq(organization::State::Active));
    for organization in requiring.all(services.db.outside_any_organization()).await? {
        let reminding = remind(services, &organization.id);
        work::for_organization(services, &organization.id, "second_factor_reminders", reminding).await;
    }
    Ok(())
}

async fn remind(services: &Services, organization: &str) -> Result<()> {
    let worker = Worker { services, organization };
    while remind_some(&worker).await? {}
    Ok(())
}

/// Reminds a batch of people; tells whether there may be more.
async fn remind_some(worker: &Worker<'_>) -> Result<bool> {
    let change = worker.change().await?;
    let row = organization::Entity::find_by_id(worker.organization).one(change.connection()).await?;
    let Some(row) = row.filter(|row| row.state == organization::State::Active) else { return Ok(false) };
    let Some(from) = row.second_factor_from else { return Ok(false) };
    let days = row.second_factor_days;
    let owed = Entity::find()
        .filter(Column::OrganizationId.eq(worker.organization))
        .filter(Column::Status.eq(Status::Active))
        .filter(is_owed(*from, days, *change.at()));
    let owed = lacking(owed, row.trusts_provider_factor).order_by_asc(Column::Id).limit(BATCH);
    let people = owed.all(change.connection()).await?;
    if people.is_empty() {
        return Ok(false);
    }
    for person in &people {
        tell(worker, &change, person, due(*from, days, *person.joined_at)).await?;
    }
    let whom = match people.as_slice() {
        [one] => one.email.clone(),
        many => format!("{} people", numbers::grouped(many.len() as u64)),
    };
    let emails: Vec<&str> = people.iter().map(|person| person.email.as_str()).collect();
    change.commit(Event::done("security.reminded", whom).resulting_in(json!({ "people": emails }))).await?;
    Ok(people.len() as u64 == BATCH)
}

/// Those who had fewer mails than are due by now.
fn is_owed(from: DateTime<Utc>, days: i64, now: DateTime<Utc>) -> Condition {
    let told = |number: i64| Column::SecondFactorTold.lt(number);
    let grace = Duration::try_days(days).unwrap_or_default();
    let later = (2..).zip(BEFORE).filter(|(_, before)| from <= now + *before);
    let later = later.map(|(number, before)| {
        told(number).and(Column::JoinedAt.lte(Timestamp::from(now + before - grace)))
    });
    later.fold(Condition::any().add(told(1)), Condition::add)
}

/// How many mails are due to someone who needs it then.
fn stage(due: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    1 + (1..)
        .zip(BEFORE)
        .filter(|(_, before)| due <= now + *before)
        .map(|(number, _)| number)
        .max()
        .unwrap_or(0)
}

/// Of several mails that are due, the last is sent.
async fn tell(
    worker: &Worker<'_>,
    change: &Change<FromOutside>,
    person: &Model,
    due: DateTime<Utc>,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SecondFactorTold, Expr::value(stage(due, *change.at())))
        .filter(Column::Id.eq(person.id))
        .exec(change.connection())
        .await?;
    let to = EmailAddress::stored(&person.email)?;
    let letter = MailKind::SecondFactorRequired { due: due.timestamp_millis() };
    mail::queue(&worker.services.mail, change, &to, &letter).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mails_come_at_once_a_week_and_a_day_before() {
        let now = DateTime::UNIX_EPOCH;
        let stages = [30 * 24, 7 * 24 + 1, 7 * 24, 25, 24, 0, -5]
            .map(|hours| stage(now + Duration::hours(hours), now));
        assert_eq!(stages, [1, 1, 2, 2, 3, 3, 3]);
    }
}
