//! What has become of a transaction whose end was not answered.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sqlx::Error;
use tokio::time::{Instant, sleep};

use super::transaction::Transaction;

/// How long it is asked what became of a change whose answer was cut off.
const ASKING: Duration = Duration::from_secs(6);
/// How often.
const ASK_AGAIN: Duration = Duration::from_millis(200);

impl Transaction {
    /// The number by which PostgreSQL knows it, if it has written anything.
    pub(super) async fn number(&self) -> Result<Option<i64>, DbErr> {
        if self.backend != DbBackend::Postgres {
            return Ok(None);
        }
        let asks = Statement::from_string(self.backend, "SELECT txid_current_if_assigned()");
        let row = self.query_one_raw(asks).await?;
        row.map_or(Ok(None), |row| row.try_get_by_index(0))
    }

    /// Whether it was committed; none when it can't be told in time.
    pub(super) async fn became_of(&self, number: i64, witness: Option<&str>) -> Option<bool> {
        let until = Instant::now() + ASKING;
        while Instant::now() < until {
            match self.ask(number, witness, until).await {
                Ok(Fate::Committed) => return Some(true),
                Ok(Fate::Aborted) => return Some(false),
                Ok(Fate::Unknown) => return None,
                Ok(Fate::UnderWay) | Err(_) => sleep(ASK_AGAIN).await,
            }
        }
        None
    }

    /// After a crash the server gives out numbers again that it has not written down: that one was committed tells
    /// something of this transaction only if what it has written is there.
    async fn ask(&self, number: i64, witness: Option<&str>, until: Instant) -> Result<Fate, Error> {
        let mut lease = self.pool.fresh(until).await?;
        let status = Statement::from_sql_and_values(self.backend, "SELECT txid_status($1)", [number.into()]);
        let status = match lease.rows(&status, until).await {
            Ok(rows) => rows.first().and_then(|row| row.try_get_by_index::<Option<String>>(0).ok().flatten()),
            // `invalid_parameter_value`: a number that was not given out.
            Err(Error::Database(refusal)) if refusal.code().as_deref() == Some("22023") => {
                return Ok(Fate::Aborted);
            }
            Err(failure) => return Err(failure),
        };
        match (status.as_deref(), witness) {
            (Some("committed"), Some(event)) => {
                let sql = "SELECT 1 FROM events WHERE id = $1";
                let there = Statement::from_sql_and_values(self.backend, sql, [event.into()]);
                let is_there = !lease.rows(&there, until).await?.is_empty();
                Ok(if is_there { Fate::Committed } else { Fate::Aborted })
            }
            (Some("aborted"), _) => Ok(Fate::Aborted),
            (Some("in progress"), _) => Ok(Fate::UnderWay),
            _ => Ok(Fate::Unknown),
        }
    }
}

/// What has become of a transaction whose end was not answered.
enum Fate {
    Committed,
    Aborted,
    UnderWay,
    Unknown,
}
