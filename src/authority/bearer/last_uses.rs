//! When tokens were used last, and from where: written behind the backs of those who use them, many at a time. Each for
//! itself would keep anyone who changes something waiting, once there are many.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::clock::Clock;
use crate::db::{Db, Transaction};
use crate::entity::{Timestamp, token};
use crate::error::Result;

/// "Last used" moves at most this often.
const TOUCH: Duration = Duration::from_mins(1);
/// As many tokens are known to have been used lately; then the oldest are forgotten.
const KNOWN: usize = 20_000;
/// Between two times that it is written.
const REST: Duration = Duration::from_secs(1);
/// Tokens of one transaction, which others wait for.
const TOGETHER: usize = 100;

/// Where the use of tokens is noted.
#[derive(Clone)]
pub struct LastUses {
    db: Db,
    clock: Clock,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// When this instance has moved "last used" of which.
    touched: HashMap<String, Instant>,
    /// Which were used that are not written yet, and from where.
    waiting: BTreeMap<String, IpAddr>,
    /// Whether someone writes them.
    is_written: bool,
}

impl LastUses {
    /// Of tokens in `db`, on `clock`'s time.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, seen: Arc::default() }
    }

    /// Moves "last used" of a token, unless that was done a moment ago. The answer does not wait for it.
    pub fn note(&self, token: &str, address: IpAddr) {
        let mut seen = self.seen();
        if !seen.is_time(token) {
            return;
        }
        seen.waiting.insert(token.to_owned(), address);
        if !mem::replace(&mut seen.is_written, true) {
            actix_web::rt::spawn(self.clone().keep());
        }
    }

    /// The first is written at once; whatever comes meanwhile, together.
    async fn keep(self) {
        while self.has_more() {
            self.write().await;
            actix_web::rt::time::sleep(REST).await;
        }
    }

    fn has_more(&self) -> bool {
        let mut seen = self.seen();
        seen.is_written = !seen.waiting.is_empty();
        seen.is_written
    }

    /// Writes what is not written yet.
    pub async fn write(&self) {
        let used: Vec<(String, IpAddr)> = mem::take(&mut self.seen().waiting).into_iter().collect();
        for some in used.chunks(TOGETHER) {
            if let Err(error) = self.touch(some).await {
                tracing::warn!(%error, "could not save when tokens were last used");
                return;
            }
        }
    }

    /// The tokens are in the order of their ids.
    async fn touch(&self, used: &[(String, IpAddr)]) -> Result<()> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let old = hold_old(&tx, used, now - TOUCH).await?;
        if old.is_empty() {
            return Ok(());
        }
        let mut by_address: BTreeMap<IpAddr, Vec<&String>> = BTreeMap::new();
        for (token, address) in used.iter().filter(|(token, _)| old.contains(token)) {
            by_address.entry(*address).or_default().push(token);
        }
        for (address, tokens) in by_address {
            token::Entity::update_many()
                .col_expr(token::Column::LastUsedAt, Expr::value(Timestamp::from(now)))
                .col_expr(token::Column::LastUsedFrom, Expr::value(address.to_string()))
                .filter(token::Column::Id.is_in(tokens))
                .exec(&tx)
                .await?;
        }
        tx.commit(None).await
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn is_time(&mut self, token: &str) -> bool {
        if self.touched.get(token).is_some_and(|at| at.elapsed() < TOUCH) {
            return false;
        }
        if self.touched.len() >= KNOWN {
            self.touched.retain(|_, at| at.elapsed() < TOUCH);
        }
        if self.touched.len() < KNOWN {
            self.touched.insert(token.to_owned(), Instant::now());
        }
        true
    }
}

/// Those of the tokens that no instance has moved since `before`, which stay so until the transaction is over. Taken in
/// one order, so that two instances never wait in a circle.
async fn hold_old(tx: &Transaction, used: &[(String, IpAddr)], before: DateTime<Utc>) -> Result<Vec<String>> {
    let is_old = Condition::any()
        .add(token::Column::LastUsedAt.is_null())
        .add(token::Column::LastUsedAt.lte(Timestamp::from(before)));
    let old = token::Entity::find()
        .select_only()
        .column(token::Column::Id)
        .filter(token::Column::Id.is_in(used.iter().map(|(token, _)| token)))
        .filter(is_old)
        .order_by_asc(token::Column::Id)
        .lock(LockType::NoKeyUpdate);
    Ok(old.into_tuple().all(tx).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(count: usize, at: Instant) -> Seen {
        Seen { touched: (0..count).map(|n| (n.to_string(), at)).collect(), ..Seen::default() }
    }

    fn a_minute_ago() -> Instant {
        Instant::now().checked_sub(TOUCH).expect("a machine that has run for a minute")
    }

    #[test]
    fn a_token_is_written_down_once_a_minute() {
        let mut seen = Seen::default();
        assert!(seen.is_time("one") && seen.is_time("other"));
        assert!(!seen.is_time("one") && !seen.is_time("other"));
        seen.touched.insert("one".to_owned(), a_minute_ago());
        assert!(seen.is_time("one") && !seen.is_time("one"));
    }

    #[test]
    fn no_more_tokens_are_remembered_than_there_is_room_for() {
        let mut old = used(KNOWN, a_minute_ago());
        assert!(old.is_time("new") && !old.is_time("new"));
        assert_eq!(old.touched.len(), 1, "what is old makes room");
        let mut full = used(KNOWN, Instant::now());
        assert!(full.is_time("new") && full.is_time("new"), "written rather than forgotten");
        assert_eq!(full.touched.len(), KNOWN);
        let mut nearly = used(KNOWN - 1, Instant::now());
        assert!(nearly.is_time("new") && !nearly.is_time("new"));
    }
}
