//! The schema: which steps the database has, and the way up and down.

use migration::{Migrator, MigratorTrait};
use sea_orm::DbErr;

use super::database::Db;
use super::migration::Migration;
use super::schema_status::{SchemaStatus, schema_status};

impl Db {
    /// Brings the schema up to this binary's, in one transaction and under a lock: of several instances
    /// started together one migrates and the others wait. A schema that is current is not written to, so that a
    /// database that only reads can be served.
    ///
    /// # Errors
    /// When the schema is newer than the binary, or a step fails; then nothing was changed.
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

    /// Which steps are applied, pending and unknown.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn schema_status(&self) -> Result<SchemaStatus, DbErr> {
        schema_status(self.outside_any_organization()).await
    }
}
