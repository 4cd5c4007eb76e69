//! Which kind of mail waits: kinds take turns, as organizations do, so that a test mail does not wait behind thousands
//! of invites.

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
        let kind = if dialect::is_postgres(manager) {
            "UPDATE outbox SET kind = COALESCE(letter ->> 'kind', '')"
        } else {
            "UPDATE outbox SET kind = COALESCE(json_extract(letter, '$.kind'), '')"
        };
        dialect::run(
            manager,
            &[
                "ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
                kind,
                "DROP INDEX outbox_turn",
                "CREATE INDEX outbox_turn ON outbox ((COALESCE(organization_id, '') || ' ' || kind), next_at)
                    WHERE state IN ('queued', 'sending', 'retrying')",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DROP INDEX outbox_turn",
                "CREATE INDEX outbox_turn ON outbox ((COALESCE(organization_id, '')), next_at)
                    WHERE state IN ('queued', 'sending', 'retrying')",
                "ALTER TABLE outbox DROP COLUMN kind",
            ],
        )
        .await
    }
}
