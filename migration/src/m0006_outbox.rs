//! Mails on their way (rule 3.2): queued in the transaction of what they announce. Neither what they say nor a
//! link is kept, only what to write: the text is composed when the mail goes out.

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
                "CREATE TABLE outbox (
                    id TEXT PRIMARY KEY,
                    organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
                    recipient TEXT NOT NULL,
                    letter {json} NOT NULL,
                    message_id TEXT NOT NULL,
                    state TEXT NOT NULL CHECK
                        (state IN ('queued', 'sending', 'sent', 'retrying', 'refused', 'cancelled')),
                    attempts BIGINT NOT NULL,
                    next_at BIGINT NOT NULL,
                    claimed_until BIGINT,
                    reason TEXT,
                    created_at BIGINT NOT NULL,
                    sent_at BIGINT
                )",
                "CREATE INDEX outbox_due ON outbox (state, next_at)",
                "CREATE INDEX outbox_organization ON outbox (organization_id, created_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE outbox"]).await
    }
}
