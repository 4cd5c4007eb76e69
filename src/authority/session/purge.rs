//! Sessions and sign-ins that are over, deleted.

use chrono::Duration;
use sea_orm::sea_query::{ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::lifetime::{IDLE, LIFETIME};
use super::store::Sessions;
use crate::entity::{Timestamp, session, sign_in_flow};
use crate::error::Result;

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
        // Sessions that somebody is about to change are left for the next time: PostgreSQL would wait for them in
        // another order than theirs.
        let over = Query::select()
            .column(session::Column::KeyHash)
            .from(session::Entity)
            .and_where(idle.or(old))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        session::Entity::delete_many().filter(session::Column::KeyHash.in_subquery(over)).exec(&tx).await?;
        let abandoned = sign_in_flow::Column::CreatedAt.lte(Timestamp::from(now - abandoned_after));
        sign_in_flow::Entity::delete_many().filter(abandoned).exec(&tx).await?;
        tx.commit(None).await
    }
}
