//! "Last seen", which moves while people look at pages, and which organization was opened last.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, UpdateMany};
use tokio::time::timeout;

use super::rows::Row;
use super::store::Sessions;
use super::visitor::{Membership, Visitor};
use crate::db::Db;
use crate::entity::{Timestamp, membership, session};
use crate::error::{Error, Result};

/// It moves at most this often, so that reading a page seldom writes.
const TOUCH: Duration = Duration::minutes(5);
/// How long a page waits for other writers to keep which organization was opened.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

impl Sessions {
    /// Moves "last seen" of a session, and where there is one organization that of the membership, too.
    pub(super) fn touch(&self, row: &Row, now: DateTime<Utc>) {
        if !is_due(*row.seen, now) {
            return;
        }
        let theirs = membership::Column::UserId.eq(row.id.as_str());
        let memberships = (!self.tenancy.is_multi()).then(|| seen(now).filter(theirs));
        self.in_background(memberships, Some(row.session.clone()), now);
    }

    /// Notes that the person was in an organization; when they have opened another than before, at once, so that `/` leads
    /// there. A page is shown all the same when the database can't write.
    pub(in crate::authority) async fn note_visit(
        &self,
        visitor: &Visitor,
        opened: &Membership,
        is_page: bool,
    ) {
        let now = self.clock.now();
        let organization = opened.organization.id.as_str();
        let this = seen(now)
            .filter(membership::Column::OrganizationId.eq(organization))
            .filter(membership::Column::UserId.eq(&visitor.id));
        if !is_page || visitor.opened_last.as_deref() == Some(organization) {
            if opened.last_seen_at.is_none_or(|seen| is_due(seen, now)) {
                self.in_background(Some(this), None, now);
            }
            return;
        }
        let this = this.col_expr(membership::Column::OpenedAt, Expr::value(Timestamp::from(now)));
        let session = session::Entity::update_many()
            .col_expr(session::Column::OrganizationId, Expr::value(organization))
            .filter(session::Column::Id.eq(&visitor.session));
        let kept = timeout(PATIENCE, write(&self.db, Some(this), Some(session))).await;
        if let Err(error) = kept.map_err(|_| Error::Unavailable("busy".to_owned())).flatten() {
            tracing::warn!(%error, "could not save which organization was opened last");
        }
    }

    /// A page is not slower for it, and not refused when the database can't write.
    fn in_background(
        &self,
        memberships: Option<UpdateMany<membership::Entity>>,
        session: Option<String>,
        now: DateTime<Utc>,
    ) {
        let Some(turn) = self.turns.take() else { return };
        let session = session.map(|session| {
            session::Entity::update_many()
                .col_expr(session::Column::LastSeenAt, Expr::value(Timestamp::from(now)))
                .filter(session::Column::Id.eq(session))
        });
        let db = self.db.clone();
        actix_web::rt::spawn(async move {
            let _turn = turn;
            if let Err(error) = write(&db, memberships, session).await {
                tracing::warn!(%error, "could not save when the person was last seen");
            }
        });
    }
}

fn is_due(seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - seen >= TOUCH
}

fn seen(now: DateTime<Utc>) -> UpdateMany<membership::Entity> {
    let now = Timestamp::from(now);
    membership::Entity::update_many().col_expr(membership::Column::LastSeenAt, Expr::value(now))
}

/// Memberships before sessions, as a change of a role does: who locks in one order never waits in a circle.
async fn write(
    db: &Db,
    memberships: Option<UpdateMany<membership::Entity>>,
    session: Option<UpdateMany<session::Entity>>,
) -> Result<()> {
    let tx = db.begin().await?;
    if let Some(memberships) = memberships {
        memberships.exec(&tx).await?;
    }
    if let Some(session) = session {
        session.exec(&tx).await?;
    }
    tx.commit(None).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_seen_moves_every_five_minutes_and_no_more_often() {
        let seen = DateTime::UNIX_EPOCH;
        for (after, due) in [(-60_000, false), (0, false), (299_999, false), (300_000, true), (900_000, true)]
        {
            assert_eq!(is_due(seen, seen + Duration::milliseconds(after)), due, "after {after} ms");
        }
    }
}
