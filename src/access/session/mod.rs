//! Sessions: rows in the database, found by the hash of what the cookie holds, so that neither the database
//! nor a backup of it opens one. They end on the next request of every instance (rule P5).

mod renewal;

use std::collections::HashMap;
use std::sync::Arc;

use actix_session::SessionExt;
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::HttpRequest;
use actix_web::cookie::time;
use anyhow::{Context, anyhow};
use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter,
    Statement,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::{Db, Role};
use crate::address::EmailAddress;
use crate::clock::Clock;
use crate::entity::{Timestamp, membership, session, sign_in_flow};
use crate::error::{Error, Result};
use crate::random;

use renewal::Due;
pub use renewal::renew_if_due;

/// A session that nobody used for this long is over.
pub const IDLE: Duration = Duration::days(7);
/// A session is over this long after sign-in, however much it was used.
pub const LIFETIME: Duration = Duration::days(30);
/// A sign-in of this long ago is fresh enough for what takes one.
const FRESH: Duration = Duration::minutes(10);
/// As far as the clocks of two instances are apart.
const AHEAD: Duration = Duration::seconds(10);
/// "Last seen" moves at most this often, so that reading a page seldom writes.
const TOUCH: Duration = Duration::minutes(5);
/// As many are moved at once; the others are the next time.
const TOUCHES: usize = 2;
/// Where the session's state keeps who is there: derived at each request, never stored.
const VISITOR: &str = "visitor";
/// Set when the database could not say who is there: whoever needs to know refuses.
const UNKNOWN: &str = "unknown";
/// Where sign-in puts what [`Sessions::save`] stores.
const ARRIVAL: &str = "arrival";

/// Who is there, as of this request: read from the database each time (rule 1.6).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Visitor {
    /// The name of the session, by which its owner ends it.
    pub session: String,
    /// The person's id.
    pub id: String,
    pub email: String,
    pub name: String,
    /// When the person has last proven who they are; none where nobody knows.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    authenticated_at: Option<DateTime<Utc>>,
    /// Where the person belongs and is not locked out.
    pub(super) memberships: Vec<Membership>,
}

/// One of the organizations that a visitor belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Membership {
    pub organization: String,
    pub slug: String,
    pub organization_name: String,
    pub role: Role,
}

/// What sign-in knows of a new session.
#[derive(Serialize, Deserialize)]
pub struct NewSession {
    pub user_id: String,
    pub address: String,
    pub user_agent: String,
    /// When the person proved who they are; none where nobody knows.
    pub authenticated_at: Option<DateTime<Utc>>,
}

impl Visitor {
    /// The visitor of a request that went through the session middleware; none when nobody is signed in.
    ///
    /// # Errors
    /// When it can't be told whether somebody is (rule 2.5).
    pub fn of(request: &HttpRequest) -> Result<Option<Self>> {
        let session = request.get_session();
        match session.get::<String>(UNKNOWN) {
            Ok(None) => session.get(VISITOR).map_err(|e| Error::Internal(e.to_string())),
            _ => Err(Error::Unavailable("the session could not be read".to_owned())),
        }
    }

    /// The person's own address.
    ///
    /// # Errors
    /// When what is stored is no address, which is a fault of ours.
    pub fn address(&self) -> Result<EmailAddress> {
        EmailAddress::stored(&self.email)
    }

    /// Whether the person has proven a moment ago who they are, as what is easily misused by a passer-by takes.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.authenticated_at.is_some_and(|at| is_fresh(at, now))
    }
}

/// Whether a proof is of the last ten minutes. One that is yet to come proves nothing, for a clock was put back, but
/// for the seconds by which another instance may be ahead.
pub fn is_fresh(proof: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (-AHEAD..FRESH).contains(&(now - proof))
}

/// Starts a session under a new id and ends the one that the browser had, if any.
///
/// # Errors
/// When the session can't be described as JSON, which is a fault of ours.
pub fn start(request: &HttpRequest, new: &NewSession) -> anyhow::Result<()> {
    let session = request.get_session();
    session.clear();
    session.insert(ARRIVAL, new)?;
    session.renew();
    Ok(())
}

/// Ends the session of this request.
pub fn end(request: &HttpRequest) {
    request.get_session().purge();
}

/// Whether the configuration lets the person with this address be here at all.
pub type Admits = Arc<dyn Fn(&EmailAddress) -> bool + Send + Sync>;

/// The store behind actix-session.
#[derive(Clone)]
pub struct Sessions {
    db: Db,
    clock: Clock,
    admits: Admits,
    /// Who may move a "last seen": a row that is locked keeps no more writers waiting than these.
    touches: Arc<Semaphore>,
}

#[derive(FromQueryResult)]
struct Row {
    session: String,
    renewal_due: bool,
    seen: Timestamp,
    authenticated: Option<Timestamp>,
    id: String,
    email: String,
    name: String,
    role: Option<Role>,
    organization: Option<String>,
    slug: Option<String>,
    organization_name: Option<String>,
}

/// Session, person and memberships in one query: a row for each organization, one with nulls for none.
const LOAD: &str = "
    SELECT s.id AS session, s.renewal_due, s.last_seen_at AS seen,
           s.authenticated_at AS authenticated, u.id, u.email, u.name,
           m.role, o.id AS organization, o.slug, o.name AS organization_name
    FROM sessions s
    JOIN users u ON u.id = s.user_id
    LEFT JOIN memberships m ON m.user_id = u.id AND m.locked_out_at IS NULL
    LEFT JOIN organizations o ON o.id = m.organization_id
    WHERE {column} = $1 AND s.last_seen_at > $2 AND s.created_at > $3 AND u.status = 'active'
    ORDER BY m.id";

impl Sessions {
    /// A store in `db`, on `clock`'s time. Sessions of people whom it does not `admit` are as none.
    pub fn new(db: Db, clock: Clock, admits: Admits) -> Self {
        Self { db, clock, admits, touches: Arc::new(Semaphore::new(TOUCHES)) }
    }

    /// The visitor of a session as it is now; none when it is over.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn visitor(&self, session: &str) -> Result<Option<Visitor>> {
        let rows = self.rows("s.id", session, self.clock.now()).await?;
        Ok(into_found(rows).map(|found| found.visitor))
    }

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

    async fn find(&self, key_hash: &str) -> std::result::Result<Option<Found>, DbErr> {
        let now = self.clock.now();
        let rows = self.rows("s.key_hash", key_hash, now).await?;
        if let Some(row) = rows.first() {
            self.touch(row, now);
        }
        Ok(into_found(rows))
    }

    /// The rows of the session whose `column` is `value`; none when it is over, or its person is not admitted.
    async fn rows(
        &self,
        column: &'static str,
        value: &str,
        now: DateTime<Utc>,
    ) -> std::result::Result<Vec<Row>, DbErr> {
        let connection = self.db.reader();
        let values = [
            value.into(),
            (now - IDLE).timestamp_millis().into(),
            (now - LIFETIME).timestamp_millis().into(),
        ];
        let load = LOAD.replace("{column}", column);
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), load, values);
        let mut rows = Row::find_by_statement(statement).all(connection).await?;
        rows.retain(|row| EmailAddress::stored(&row.email).is_ok_and(|email| (self.admits)(&email)));
        Ok(rows)
    }

    /// Moves "last seen" in the background: a page is not slower for it, and not refused when the database
    /// can't write.
    fn touch(&self, row: &Row, now: DateTime<Utc>) {
        if now - *row.seen < TOUCH {
            return;
        }
        let Ok(turn) = self.touches.clone().try_acquire_owned() else { return };
        let (db, session, person) = (self.db.clone(), row.session.clone(), row.id.clone());
        actix_web::rt::spawn(async move {
            let _turn = turn;
            if let Err(error) = mark_seen(&db, &session, &person, now).await {
                tracing::warn!(%error, "last seen not moved");
            }
        });
    }

    async fn store(&self, state: &HashMap<String, String>) -> anyhow::Result<SessionKey> {
        let new = state.get(ARRIVAL).ok_or_else(|| anyhow!("only sign-in makes a session"))?;
        let new: NewSession = serde_json::from_str(new)?;
        let token = random::token().map_err(|e| anyhow!("no randomness: {e}"))?;
        let now = Timestamp::from(self.clock.now());
        let row = session::ActiveModel {
            key_hash: Set(random::hash(&token)),
            id: Set(random::id()),
            user_id: Set(new.user_id),
            address: Set(new.address),
            user_agent: Set(new.user_agent),
            created_at: Set(now),
            last_seen_at: Set(now),
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

/// A session that stands.
struct Found {
    visitor: Visitor,
    renewal_due: bool,
}

fn into_found(rows: Vec<Row>) -> Option<Found> {
    let first = rows.first()?;
    let renewal_due = first.renewal_due;
    let mut visitor = Visitor {
        session: first.session.clone(),
        id: first.id.clone(),
        email: first.email.clone(),
        name: first.name.clone(),
        authenticated_at: first.authenticated.map(|at| *at),
        memberships: Vec::new(),
    };
    visitor.memberships = rows.into_iter().filter_map(into_membership).collect();
    Some(Found { visitor, renewal_due })
}

fn into_state(found: &Found, key_hash: String) -> serde_json::Result<HashMap<String, String>> {
    let mut state = HashMap::from([(VISITOR.to_owned(), serde_json::to_string(&found.visitor)?)]);
    if found.renewal_due {
        let due = Due { key_hash, session: found.visitor.session.clone() };
        state.insert(renewal::DUE.to_owned(), serde_json::to_string(&due)?);
    }
    Ok(state)
}

fn into_membership(row: Row) -> Option<Membership> {
    Some(Membership {
        organization: row.organization?,
        slug: row.slug?,
        organization_name: row.organization_name?,
        role: row.role?,
    })
}

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

impl SessionStore for Sessions {
    async fn load(
        &self,
        key: &SessionKey,
    ) -> std::result::Result<Option<HashMap<String, String>>, LoadError> {
        let key_hash = random::hash(key.as_ref());
        let found = match self.find(&key_hash).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(error) => {
                tracing::error!(%error, "session not read");
                return Ok(Some(HashMap::from([(UNKNOWN.to_owned(), "\"database\"".to_owned())])));
            }
        };
        into_state(&found, key_hash).map(Some).map_err(|e| LoadError::Other(e.into()))
    }

    async fn save(
        &self,
        state: HashMap<String, String>,
        _: &time::Duration,
    ) -> std::result::Result<SessionKey, SaveError> {
        self.store(&state).await.map_err(SaveError::Other)
    }

    /// A session changes in one way: it has been given a new id, which the cookie has to follow.
    async fn update(
        &self,
        _: SessionKey,
        state: HashMap<String, String>,
        _: &time::Duration,
    ) -> std::result::Result<SessionKey, UpdateError> {
        renewal::new_key(&state).map_err(UpdateError::Other)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &time::Duration) -> anyhow::Result<()> {
        Ok(())
    }

    /// Whoever ends a session has deleted its row in the change that says so; this is for one that nobody has.
    async fn delete(&self, key: &SessionKey) -> anyhow::Result<()> {
        if let Err(error) = self.remove(key).await {
            tracing::warn!(%error, "the row of an ended session not deleted once more");
        }
        Ok(())
    }
}
