//! Answers to requests that may come again, kept in the database by their idempotency keys, so that every instance gives
//! them. Who comes first with a key holds it while the request is carried out; an instance that dies leaves it free after
//! a while. What was carried out then, without its answer being kept, is known by the event that it has left in the same
//! transaction: its id comes of the witness, which stays the same.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use super::people::Asker;
use super::services::Services;
use crate::entity::Timestamp;
use crate::entity::kept_answer::{ActiveModel, Column, Entity, Model};
use crate::error::{Error, KeyTrouble, Result};
use crate::random;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_hours(24);
/// How long a request may take, of whose instance nothing is heard any more: longer than any takes.
const LEASE: Duration = Duration::from_mins(1);

/// A request with a key.
pub struct Repeatable {
    id: String,
    asked: String,
    organization: Option<String>,
    person: Option<String>,
}

/// What to do with it.
pub enum Turn {
    /// It is to be carried out.
    Begins(Claim),
    /// It was carried out, and answered so.
    Ended(KeptAnswer),
    /// Someone is at it.
    Waits,
}

/// The right to carry out a request.
#[derive(Clone)]
pub struct Claim {
    id: String,
    /// By what the log knows the request, no matter who carries it out.
    pub witness: String,
    /// Whether no one has held the key before.
    is_first: bool,
}

/// As much of an answer as is given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub body: Option<String>,
}

impl Repeatable {
    /// One that `asker` makes with this key: of what it asks, `asked` tells it from another.
    pub fn new(asker: Asker, key: &str, asked: &str) -> Self {
        let Asker { name, person, organization } = asker;
        Self { id: hash(&format!("{name}\n{key}")), asked: hash(asked), organization, person }
    }

    /// Whose turn it is.
    ///
    /// # Errors
    /// 422 for a key that came with another request.
    pub async fn turn(&self, services: &Services) -> Result<Turn> {
        let now = services.clock.now();
        let Some(row) = Entity::find_by_id(&self.id).one(services.db.reader()).await? else {
            return self.begin(services, now).await;
        };
        if *row.expires_at <= now {
            forget(services, Condition::all().add(is(&row))).await?;
            return self.begin(services, now).await;
        }
        if row.asked != self.asked {
            return Err(Error::IdempotencyKey(KeyTrouble::Reused));
        }
        match KeptAnswer::of(&row) {
            Some(answer) => Ok(Turn::Ended(answer)),
            None if *row.leased_until > now => Ok(Turn::Waits),
            None => take_over(services, row, now).await,
        }
    }

    /// The second one waits.
    async fn begin(&self, services: &Services, now: DateTime<Utc>) -> Result<Turn> {
        let witness = random::id();
        let row = ActiveModel {
            id: Set(self.id.clone()),
            organization_id: Set(self.organization.clone()),
            user_id: Set(self.person.clone()),
            asked: Set(self.asked.clone()),
            witness: Set(witness.clone()),
            leased_until: Set(Timestamp::from(now + LEASE)),
            expires_at: Set(Timestamp::from(now + KEPT)),
            ..Default::default()
        };
        let taken = OnConflict::column(Column::Id).do_nothing().to_owned();
        let insert = Entity::insert(row).on_conflict(taken);
        let rows = insert.exec_without_returning(services.db.write_outside_any_organization()).await?;
        let claim = Claim { id: self.id.clone(), witness, is_first: true };
        Ok(if rows > 0 { Turn::Begins(claim) } else { Turn::Waits })
    }
}

/// Goes on in the place of the one that was at it.
async fn take_over(services: &Services, row: Model, now: DateTime<Utc>) -> Result<Turn> {
    let taken = Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(Timestamp::from(now + LEASE)))
        .filter(is(&row))
        .filter(Column::LeasedUntil.eq(row.leased_until))
        .filter(Column::Status.is_null())
        .exec(services.db.write_outside_any_organization())
        .await?;
    let claim = Claim { id: row.id, witness: row.witness, is_first: false };
    Ok(if taken.rows_affected > 0 { Turn::Begins(claim) } else { Turn::Waits })
}

impl Claim {
    /// Keeps the answer.
    ///
    /// # Errors
    /// When the database can't be written to.
    pub async fn keep(&self, services: &Services, answer: KeptAnswer) -> Result<()> {
        let KeptAnswer { status, etag, location, body } = answer;
        let answered = ActiveModel {
            status: Set(Some(i64::from(status))),
            etag: Set(etag),
            location: Set(location),
            body: Set(body),
            ..Default::default()
        };
        let ours = Entity::update_many().set(answered).filter(self.row());
        ours.exec(services.db.write_outside_any_organization()).await?;
        Ok(())
    }

    /// Nothing was done, and the key is as if it had not come.
    ///
    /// # Errors
    /// When the database can't be written to.
    pub async fn forget(&self, services: &Services) -> Result<()> {
        if self.is_first { forget(services, self.row()).await } else { self.release(services).await }
    }

    /// Someone else may try: whether anything was done, the log knows by the witness.
    ///
    /// # Errors
    /// When the database can't be written to.
    pub async fn release(&self, services: &Services) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::LeasedUntil, Expr::value(Timestamp::from(DateTime::UNIX_EPOCH)))
            .filter(self.row())
            .filter(Column::Status.is_null())
            .exec(services.db.write_outside_any_organization())
            .await?;
        Ok(())
    }

    fn row(&self) -> Condition {
        Condition::all().add(Column::Id.eq(&self.id)).add(Column::Witness.eq(&self.witness))
    }
}

impl KeptAnswer {
    fn of(row: &Model) -> Option<Self> {
        let status = row.status.and_then(|status| u16::try_from(status).ok())?;
        let Model { etag, location, body, .. } = row.clone();
        Some(Self { status, etag, location, body })
    }
}

/// Forgets answers that are older than a day.
///
/// # Errors
/// When the database can't be written to.
pub async fn forget_old(services: &Services) -> Result<()> {
    let now = Timestamp::from(services.clock.now());
    forget(services, Condition::all().add(Column::ExpiresAt.lte(now))).await
}

async fn forget(services: &Services, which: Condition) -> Result<()> {
    Entity::delete_many().filter(which).exec(services.db.write_outside_any_organization()).await?;
    Ok(())
}

fn is(row: &Model) -> Condition {
    Condition::all().add(Column::Id.eq(&row.id)).add(Column::Witness.eq(&row.witness))
}

fn hash(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}
