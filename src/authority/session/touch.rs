//! "Last seen", which moves while people look at pages.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio::sync::Semaphore;

use super::rows::Row;
use crate::db::Db;
use crate::entity::{Timestamp, membership, session};
use crate::error::Result;

/// It moves at most this often, so that reading a page seldom writes.
const TOUCH: Duration = Duration::minutes(5);
/// As many are moved at once; the others are the next time.
const TOUCHES: usize = 2;

/// Who may move one: a row that is locked keeps no more writers waiting than these.
#[derive(Clone)]
pub struct Touches(Arc<Semaphore>);

impl Default for Touches {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TOUCHES)))
    }
}

impl Touches {
    /// Moves "last seen" in the background: a page is not slower for it, and not refused when the database
    /// can't write.
    pub fn touch(&self, db: &Db, row: &Row, now: DateTime<Utc>) {
        if now - *row.seen < TOUCH {
            return;
        }
        let Ok(turn) = self.0.clone().try_acquire_owned() else { return };
        let (db, session, person) = (db.clone(), row.session.clone(), row.id.clone());
        actix_web::rt::spawn(async move {
            let _turn = turn;
            if let Err(error) = mark_seen(&db, &session, &person, now).await {
                tracing::warn!(%error, "last seen not moved");
            }
        });
    }
}

/// In each of the person's memberships: a session is for all of them, and its store sees no address that names one.
/// Memberships before sessions, as a change of a role does: who locks in one order never waits in a circle.
async fn mark_seen(db: &Db, session: &str, person: &str, now: DateTime<Utc>) -> Result<()> {
    let now = Timestamp::from(now);
    let tx = db.begin().await?;
    membership::Entity::update_many()
        .col_expr(membership::Column::LastSeenAt, Expr::value(now))
        .filter(membership::Column::UserId.eq(person))
        .exec(&tx)
        .await?;
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, Expr::value(now))
        .filter(session::Column::Id.eq(session))
        .exec(&tx)
        .await?;
    tx.commit(None).await
}
