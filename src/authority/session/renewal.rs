//! A session's new id at a change of its person's role (threat S01): anyone who knew the id from before, by whatever
//! means, has nothing of the raise. If they ask first, the person is signed out and notices.
//!
//! ```text
//! role changes ─► trigger: renewal_due ─► next request: load ─► answer ─► new id in the row ─► Set-Cookie
//! ```
//! The session stays the same one: its sign-in, its device and the name by which it is ended. Of requests at once one
//! renews it; the others are answered as who they came, and leave the cookie alone; one that comes with the old cookie
//! just after is no one's. When the database can't write, the
//! request is answered all the same and the next one tries again: what a person may do is read per request, and a database
//! that only reads must not lock everyone out. Anyone who never gets the answer that brings the new id signs in again.

use std::time::Duration;

use actix_session::{SessionExt, SessionStatus};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use anyhow::anyhow;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::time::timeout;

use super::state::{DUE, Due, RENEWED};
use super::store::Sessions;
use crate::authority::services::Services;
use crate::entity::session::{Column, Entity};
use crate::random;

/// How long an answer waits for other writers, where writers take turns.
const PATIENCE: Duration = Duration::from_secs(1);

/// The layer inside the session middleware that gives a session a new id when one is due: once the answer is made, so
/// that a request which is given up on the way keeps its cookie.
///
/// # Errors
/// Those of the layers inside; when a sign-in can't end the session that was there.
pub async fn renew_if_due(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let session = request.get_session();
    let due: Option<Due> = session.get(DUE)?;
    let response = next.call(request).await?;
    let Some(due) = due else { return Ok(response) };
    let services = Services::of(response.request())?;
    let sessions = &services.sessions;
    match session.status() {
        SessionStatus::Unchanged => match sessions.renew(&due).await {
            Ok(Some(token)) => session.insert(RENEWED, token)?,
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "could not renew the session"),
        },
        // A sign-in ends it, by its name: another request may have given it a new id meanwhile.
        SessionStatus::Renewed => sessions.end(&due.session).await?,
        SessionStatus::Purged | SessionStatus::Changed => {}
    }
    Ok(response)
}

impl Sessions {
    /// Gives a session a new id, unless another request has; the old one is dead at once.
    async fn renew(&self, due: &Due) -> anyhow::Result<Option<String>> {
        let token = random::token().map_err(|e| anyhow!("no randomness: {e}"))?;
        let tx = timeout(PATIENCE, self.db.begin()).await??;
        // PostgreSQL would wait for anyone who is changing the role once more; SQLite has waited above.
        let free = Entity::find_by_id(&due.key_hash)
            .filter(Column::RenewalDue.eq(true))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        if free.one(&tx).await?.is_none() {
            return Ok(None);
        }
        let renewed = Entity::update_many()
            .col_expr(Column::KeyHash, Expr::value(random::hash(&token)))
            .col_expr(Column::RenewalDue, Expr::value(false))
            .filter(Column::KeyHash.eq(&due.key_hash))
            .filter(Column::RenewalDue.eq(true))
            .exec(&tx)
            .await?;
        tx.commit(None).await?;
        Ok((renewed.rows_affected == 1).then_some(token))
    }

    async fn end(&self, session: &str) -> crate::error::Result<()> {
        let tx = self.db.begin().await?;
        Entity::delete_many().filter(Column::Id.eq(session)).exec(&tx).await?;
        tx.commit(None).await
    }
}
