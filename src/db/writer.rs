//! Single statements that write.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::time::Instant;

use super::failure::told;
use super::file::DataFile;
use super::lease::Lease;
use super::pool::Pool;
use super::transaction::WRITING;

/// Writes single statements, which queue with the transactions. None is tried twice.
#[derive(Clone)]
pub struct Writer {
    pool: Pool,
    backend: DbBackend,
    file: Option<DataFile>,
}

impl Writer {
    pub(super) fn new(pool: Pool, backend: DbBackend, file: Option<DataFile>) -> Self {
        Self { pool, backend, file }
    }

    /// The connections, unless what they write is lost.
    pub(super) fn pool(&self) -> Result<&Pool, DbErr> {
        self.file.as_ref().map_or(Ok(()), DataFile::refuse_if_gone)?;
        Ok(&self.pool)
    }

    async fn lease(&self) -> Result<(Lease, Instant), DbErr> {
        let until = Instant::now() + WRITING;
        Ok((self.pool()?.lease(until).await.map_err(told)?, until))
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Writer {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let (mut lease, until) = self.lease().await?;
        lease.execute(&statement, until).await.map_err(told)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let (mut lease, until) = self.lease().await?;
        lease.run(sql, until).await.map_err(told)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let (mut lease, until) = self.lease().await?;
        lease.rows(&statement, until).await.map_err(told)
    }
}
