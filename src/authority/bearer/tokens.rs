//! All tokens of this installation.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::DbErr;

use super::known::Bearer;
use super::last_uses::LastUses;
use super::rows;
use crate::address::EmailAddress;
use crate::api_token::TokenText;
use crate::authority::session::{Admits, Visitor};
use crate::clock::Clock;
use crate::db::Db;

/// Where tokens are looked up.
#[derive(Clone)]
pub struct Tokens {
    db: Db,
    clock: Clock,
    admits: Admits,
    pub last_uses: LastUses,
    told: Arc<Mutex<Told>>,
    /// By token, held while an event is written that tells of its use.
    telling: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

/// Of which tokens this instance knows that an event tells of their use in the latest hour.
#[derive(Default)]
struct Told {
    hour: i64,
    tokens: HashSet<String>,
}

impl Tokens {
    /// Tokens in `db`, on `clock`'s time. Those of people whom it does not `admit` are as none.
    pub fn new(db: Db, clock: Clock, admits: Admits) -> Self {
        let last_uses = LastUses::new(db.clone(), clock.clone());
        Self { db, clock, admits, last_uses, told: Arc::default(), telling: Arc::default() }
    }

    /// Whose a token is, if it works.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn find(&self, text: &TokenText) -> Result<Option<Bearer>, DbErr> {
        Ok(self.admitted(rows::load(&self.db, text, self.clock.now()).await?))
    }

    /// The person whose the token of this id is, as they are now; none when it does not work any more.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn person(&self, id: &str) -> Result<Option<Visitor>, DbErr> {
        match self.admitted(rows::load_by_id(&self.db, id, self.clock.now()).await?) {
            Some(Bearer::OfPerson(visitor)) => Ok(Some(visitor.as_ref().clone())),
            _ => Ok(None),
        }
    }

    fn admitted(&self, row: Option<rows::Row>) -> Option<Bearer> {
        let is_admitted = |account: &String| EmailAddress::stored(account).is_ok_and(|it| (self.admits)(&it));
        row.filter(|row| row.account.as_ref().is_none_or(is_admitted)).and_then(rows::Row::into_bearer)
    }

    /// Whether an event tells that the token was used in this hour.
    pub(in crate::authority) fn is_told(&self, token: &str, hour: i64) -> bool {
        self.told().knows(token, hour)
    }

    /// What the writer of such an event holds: who comes with the same token meanwhile waits for it.
    pub(in crate::authority) fn telling(&self, token: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut telling = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        telling.retain(|_, held| Arc::strong_count(held) > 1);
        telling.entry(token.to_owned()).or_default().clone()
    }

    /// Notes that one does.
    pub(in crate::authority) fn note_told(&self, token: &str, hour: i64) {
        self.told().note(token, hour);
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    fn knows(&self, token: &str, hour: i64) -> bool {
        self.hour == hour && self.tokens.contains(token)
    }

    /// Of hours that are over nothing is known any more.
    fn note(&mut self, token: &str, hour: i64) {
        if hour > self.hour {
            *self = Self { hour, tokens: HashSet::new() };
        }
        if hour == self.hour {
            self.tokens.insert(token.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_of_the_latest_hour_alone_whose_use_is_told() {
        let mut told = Told::default();
        told.note("one", 7);
        told.note("other", 7);
        assert!(told.knows("one", 7) && told.knows("other", 7));
        assert!(!told.knows("one", 6) && !told.knows("one", 8) && !told.knows("third", 7));
        told.note("one", 8);
        assert!(told.knows("one", 8) && !told.knows("other", 8) && !told.knows("other", 7));
        told.note("other", 7);
        assert!(
            !told.knows("other", 7) && !told.knows("other", 8) && told.knows("one", 8),
            "an hour that is over"
        );
    }
}
