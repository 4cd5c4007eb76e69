//! The store behind actix-session.

use std::collections::HashMap;
use std::sync::Arc;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time;
use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{DbErr, EntityTrait};

use super::rows::{self, Entry, Found, Row};
use super::start::NewSession;
use super::state::{ARRIVAL, DUE, Due, HALF, RENEWED, UNKNOWN, VISITOR};
use super::turns::Turns;
use super::visitor::Visitor;
use crate::address::EmailAddress;
use crate::clock::Clock;
use crate::db::Db;
use crate::entity::{Timestamp, session};
use crate::error::Result;
use crate::random;
use crate::tenancy::Tenancy;

/// What actix-session carries: text by name.
type State = HashMap<String, String>;

/// Whether the configuration lets the person with this address be here at all.
pub type Admits = Arc<dyn Fn(&EmailAddress) -> bool + Send + Sync>;

/// All sessions of this installation.
#[derive(Clone)]
pub struct Sessions {
    pub(super) db: Db,
    pub(super) clock: Clock,
    admits: Admits,
    pub(super) tenancy: Tenancy,
    pub(super) turns: Turns,
}

impl Sessions {
    /// A store in `db`, on `clock`'s time. Sessions of people whom it does not `admit` are as none.
    pub fn new(db: Db, clock: Clock, admits: Admits, tenancy: Tenancy) -> Self {
        Self { db, clock, admits, tenancy, turns: Turns::default() }
    }

    /// The visitor of a session as it is now; none when it is over, or they are only half signed in.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn visitor(&self, session: &str) -> Result<Option<Visitor>> {
        let rows = self.rows("s.id", session, self.clock.now()).await?;
        Ok(Found::of(rows).filter(|found| !found.is_half).map(|found| found.visitor))
    }

    async fn find(&self, key_hash: &str) -> std::result::Result<Option<Found>, DbErr> {
        let now = self.clock.now();
        let rows = self.rows("s.key_hash", key_hash, now).await?;
        // Someone who owes a second factor has seen nothing.
        if let Some(row) = rows.0.first().filter(|row| !row.owes_factor) {
            self.touch(row, now);
        }
        Ok(Found::of(rows))
    }

    /// The rows of the session whose `column` is `value`, and where its person has entered as operator; none when it is
    /// over, or its person is not admitted.
    async fn rows(
        &self,
        column: &'static str,
        value: &str,
        now: DateTime<Utc>,
    ) -> std::result::Result<(Vec<Row>, Option<Entry>), DbErr> {
        let mut rows = rows::load(&self.db, column, value, now).await?;
        rows.retain(|row| EmailAddress::stored(&row.email).is_ok_and(|email| (self.admits)(&email)));
        // Where there is one organization, there is none to enter.
        let may_enter = self.tenancy.is_multi();
        let entry = if may_enter { rows::load_entry(&self.db, &rows, now).await? } else { None };
        Ok((rows, entry))
    }

    async fn store(&self, state: &State) -> anyhow::Result<SessionKey> {
        let new = state.get(ARRIVAL).ok_or_else(|| anyhow!("only sign-in makes a session"))?;
        let new: NewSession = serde_json::from_str(new)?;
        let token = random::token().map_err(|e| anyhow!("no randomness: {e}"))?;
        let now = Timestamp::from(self.clock.now());
        let row = session::ActiveModel {
            key_hash: Set(random::hash(&token)),
            id: Set(random::id()),
            user_id: Set(new.user_id),
            provider: Set(Some(new.provider)),
            organization_id: Set(None),
            address: Set(new.address),
            user_agent: Set(new.user_agent),
            created_at: Set(now),
            last_seen_at: Set(now),
            second_factor_at: Set(None),
            provider_factor: Set(new.provider_factor),
            authenticated_at: Set(new.authenticated_at.map(Timestamp::from)),
            renewal_due: Set(false),
        };
        let tx = self.db.begin().await?;
        session::Entity::insert(row).exec_without_returning(&tx).await?;
        tx.commit(None).await?;
        token.try_into().context("session key")
    }

    async fn remove(&self, key: &SessionKey) -> Result<()> {
        let tx = self.db.begin().await?;
        session::Entity::delete_by_id(random::hash(key.as_ref())).exec(&tx).await?;
        tx.commit(None).await
    }
}

fn into_state(found: &Found, key_hash: String) -> serde_json::Result<State> {
    let who = if found.is_half { HALF } else { VISITOR };
    let mut state = HashMap::from([(who.to_owned(), serde_json::to_string(&found.visitor)?)]);
    if found.renewal_due {
        let due = Due { key_hash, session: found.visitor.session.clone() };
        state.insert(DUE.to_owned(), serde_json::to_string(&due)?);
    }
    Ok(state)
}

/// The id that a session has been given while its request was answered.
fn new_key(state: &State) -> anyhow::Result<SessionKey> {
    let token = state.get(RENEWED).ok_or_else(|| anyhow!("a session changes only by being renewed"))?;
    serde_json::from_str::<String>(token)?.try_into().context("session key")
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> std::result::Result<Option<State>, LoadError> {
        let key_hash = random::hash(key.as_ref());
        let found = match self.find(&key_hash).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(error) => {
                tracing::error!(%error, "could not read the session");
                return Ok(Some(HashMap::from([(UNKNOWN.to_owned(), "\"database\"".to_owned())])));
            }
        };
        into_state(&found, key_hash).map(Some).map_err(|e| LoadError::Other(e.into()))
    }

    async fn save(&self, state: State, _: &time::Duration) -> std::result::Result<SessionKey, SaveError> {
        self.store(&state).await.map_err(SaveError::Other)
    }

    /// A session changes in one way: it has been given a new id, which the cookie has to follow.
    async fn update(
        &self,
        _: SessionKey,
        state: State,
        _: &time::Duration,
    ) -> std::result::Result<SessionKey, UpdateError> {
        new_key(&state).map_err(UpdateError::Other)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &time::Duration) -> anyhow::Result<()> {
        Ok(())
    }

    /// Anyone who ends a session has deleted its row in the change that says so; this is for one that no one has.
    async fn delete(&self, key: &SessionKey) -> anyhow::Result<()> {
        if let Err(error) = self.remove(key).await {
            tracing::warn!(%error, "could not delete the row of an ended session");
        }
        Ok(())
    }
}
