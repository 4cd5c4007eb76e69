//! A sign-in under way is no longer deleted when it is used: who goes back to it afterwards is led on.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "ALTER TABLE sign_in_flows ADD COLUMN used_at BIGINT",
                "ALTER TABLE sign_in_flows ADD COLUMN finished_at BIGINT",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                // The step before knows none that were used.
                "DELETE FROM sign_in_flows WHERE used_at IS NOT NULL",
                "ALTER TABLE sign_in_flows DROP COLUMN finished_at",
                "ALTER TABLE sign_in_flows DROP COLUMN used_at",
            ],
        )
        .await
    }
}
