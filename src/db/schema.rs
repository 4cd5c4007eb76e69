//! The schema: which steps the database has, and the way up and down.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::database::Db;
use super::fault::Fault;
use super::migration::Migration;
use super::schema_status::{SchemaStatus, schema_status};

impl Db {
    /// Brings the schema up to this binary's, in one transaction and under a lock: of several instances
    /// started together one migrates and the others wait. A schema that is current is not written to, so that a
    /// database that only reads can be served.
    ///
    /// # Errors
    /// When the schema is newer than the binary, or a step fails; then nothing changed.
    pub async fn migrate_up(&self) -> anyhow::Result<()> {
        if self.schema_status().await?.is_current() {
            return Ok(());
        }
        let migration = Migration::begin(self).await?;
        Migrator::up(&migration.tx, None).await?;
        migration.commit().await
    }

    /// Takes back the last `steps` steps, all or none.
    ///
    /// # Errors
    /// As [`Db::migrate_up`].
    pub async fn migrate_down(&self, steps: u32) -> anyhow::Result<()> {
        let migration = Migration::begin(self).await?;
        Migrator::down(&migration.tx, Some(steps)).await?;
        migration.commit().await
    }

    /// Refuses a database whose schema can't be brought up.
    ///
    /// # Errors
    /// Why not.
    pub async fn refuse_unmigratable(&self) -> Result<(), Fault> {
        if let Some(fault) = self.fault() {
            return Err(fault);
        }
        let reader = self.outside_any_organization();
        if reader.get_database_backend() == DbBackend::Sqlite {
            return Ok(());
        }
        let asks = "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)";
        let row = reader.query_one_raw(Statement::from_string(DbBackend::Postgres, asks)).await;
        let row = row.map_err(|failure| self.fault_of(&failure))?;
        let may = row.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false));
        let refusal = || Fault::new("lets this role make no tables", "GRANT it CREATE on the schema");
        if may { Ok(()) } else { Err(refusal()) }
    }

    /// Which steps are applied, pending and unknown.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn schema_status(&self) -> Result<SchemaStatus, DbErr> {
        schema_status(self.outside_any_organization()).await
    }
}
