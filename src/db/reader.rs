//! Single statements that ask.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sqlx::Error;
use tokio::time::Instant;

use super::failure::{is_cut_off, is_late, told};
use super::pool::Pool;

/// How long a question may take, with the wait for a connection.
const PATIENT: Duration = Duration::from_secs(10);
/// The same while the database has not answered the last one in time: pages fail at once instead of queueing.
const SHORT: Duration = Duration::from_secs(1);

/// Asks, and never writes. A question whose connection is cut is asked once more on another one.
#[derive(Clone)]
pub struct Reader {
    pool: Arc<RwLock<Pool>>,
    is_late: Arc<AtomicBool>,
    backend: DbBackend,
}

impl Reader {
    pub(super) fn new(pool: Pool, backend: DbBackend) -> Self {
        Self { pool: Arc::new(RwLock::new(pool)), is_late: Arc::default(), backend }
    }

    pub(super) fn pool(&self) -> Pool {
        self.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads through other connections from now on; hands back those it had.
    pub(super) fn use_instead(&self, pool: Pool) -> Pool {
        std::mem::replace(&mut *self.pool.write().unwrap_or_else(PoisonError::into_inner), pool)
    }

    async fn ask(&self, statement: &Statement) -> Result<Vec<QueryResult>, Error> {
        let patience = if self.is_late.load(Ordering::Relaxed) { SHORT } else { PATIENT };
        let until = Instant::now() + patience;
        let answer = self.ask_until(statement, until).await;
        match &answer {
            Ok(_) => self.is_late.store(false, Ordering::Relaxed),
            Err(error) if is_late(error) => self.is_late.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        answer
    }

    async fn ask_until(&self, statement: &Statement, until: Instant) -> Result<Vec<QueryResult>, Error> {
        let pool = self.pool();
        let answer = match pool.lease(until).await {
            Ok(mut lease) => lease.rows(statement, until).await,
            Err(error) => Err(error),
        };
        match answer {
            Err(error) if is_cut_off(&error) && Instant::now() < until => {
                pool.fresh(until).await?.rows(statement, until).await
            }
            answer => answer,
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
        Err(DbErr::Custom("a reader does not write".to_owned()))
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(DbErr::Custom("a reader does not write".to_owned()))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.ask(&statement).await.map_err(told)
    }
}
