//! Sessions and sign-ins that are over, deleted.

use chrono::Duration;
use sea_orm::sea_query::{ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::lifetime::{IDLE, LIFETIME};
use super::store::Sessions;
use crate::entity::{Timestamp, session, sign_in_flow};
use crate::error::Result;

/// How long sign-ins that ended well are remembered, for anyone who goes back to them.
const FINISHED: Duration = Duration::days(1);

impl Sessions {
    /// Deletes what is over: sessions past their lifetimes, sign-ins that never came back.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn purge(&self, abandoned_after: Duration) -> Result<()> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let idle = session::Column::LastSeenAt.lte(Timestamp::from(now - IDLE));
        let old = session::Column::CreatedAt.lte(Timestamp::from(now - LIFETIME));
        // Sessions that someone is about to change are left for the next time: PostgreSQL would wait for them in
        // another order than theirs.
        let over = Query::select()
            .column(session::Column::KeyHash)
            .from(session::Entity)
            .and_where(idle.or(old))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        session::Entity::delete_many().filter(session::Column::KeyHash.in_subquery(over)).exec(&tx).await?;
        let begun = sign_in_flow::Column::CreatedAt;
        let abandoned = begun.lte(Timestamp::from(now - abandoned_after));
        let unfinished = sign_in_flow::Column::FinishedAt.is_null();
        let long_over = begun.lte(Timestamp::from(now - FINISHED));
        let over = abandoned.and(unfinished).or(long_over);
        sign_in_flow::Entity::delete_many().filter(over).exec(&tx).await?;
        tx.commit(None).await
    }
}
