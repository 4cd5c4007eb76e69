//! Organizations that are being deleted: their pages end at once, they can be restored for a while, and then they are
//! purged, bit by bit. The row says how far it is, so that any instance that finds it goes on.

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
                "ALTER TABLE organizations ADD COLUMN state TEXT NOT NULL DEFAULT 'active'
                    CHECK (state IN ('active', 'deleting', 'purging'))",
                "ALTER TABLE organizations ADD COLUMN purge_at BIGINT",
                "ALTER TABLE organizations ADD COLUMN state_by TEXT",
                "CREATE INDEX organizations_state ON organizations (state, purge_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                // A version that knows of no deletion must not let anyone in again.
                "UPDATE memberships SET suspended_at = 0 WHERE suspended_at IS NULL AND organization_id IN
                    (SELECT id FROM organizations WHERE state <> 'active')",
                "DROP INDEX organizations_state",
                "ALTER TABLE organizations DROP COLUMN state_by",
                "ALTER TABLE organizations DROP COLUMN purge_at",
                "ALTER TABLE organizations DROP COLUMN state",
            ],
        )
        .await
    }
}
