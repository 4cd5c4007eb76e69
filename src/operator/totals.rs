//! How much there is, and how it is doing.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::authority::Operator;
use crate::entity::outbox::Stage;
use crate::entity::{failing_work, organization, outbox, user};
use crate::error::Result;

/// Counts of the installation.
pub struct Totals {
    pub organizations: u64,
    /// Those that are being deleted, of which owners can restore some.
    pub ending: u64,
    /// Everyone who has an account.
    pub people: u64,
    /// Mails that wait, and the moment of the one that waits longest.
    pub waiting_mails: u64,
    pub waiting_since: Option<DateTime<Utc>>,
    /// Mails that servers have refused.
    pub refused_mails: u64,
    /// Organizations' work in the background that fails.
    pub failing: u64,
}

/// Counts all of it.
///
/// # Errors
/// When the database can't be asked.
pub async fn totals(operator: &Operator) -> Result<Totals> {
    let db = operator.services.db.outside_any_organization();
    let active = organization::Column::State.eq(organization::State::Active);
    let waiting = || {
        outbox::Entity::find().filter(outbox::Column::State.is_in([
            Stage::Queued,
            Stage::Sending,
            Stage::Retrying,
        ]))
    };
    let first = waiting().order_by_asc(outbox::Column::CreatedAt).one(db).await?;
    Ok(Totals {
        organizations: organization::Entity::find().filter(active.clone()).count(db).await?,
        ending: organization::Entity::find().filter(active.not()).count(db).await?,
        people: user::Entity::find().count(db).await?,
        waiting_mails: waiting().count(db).await?,
        waiting_since: first.map(|mail| *mail.created_at),
        refused_mails: outbox::Entity::find()
            .filter(outbox::Column::State.eq(Stage::Refused))
            .count(db)
            .await?,
        failing: failing_work::Entity::find().count(db).await?,
    })
}
