//! Answers to requests that may come again, kept for a day by their idempotency keys.

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
                "CREATE TABLE kept_answers (
                    id TEXT PRIMARY KEY,
                    organization_id TEXT REFERENCES organizations (id) ON DELETE CASCADE,
                    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
                    asked TEXT NOT NULL,
                    witness TEXT NOT NULL,
                    leased_until BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL,
                    status BIGINT,
                    etag TEXT,
                    location TEXT,
                    body TEXT
                )",
                "CREATE INDEX kept_answers_organization ON kept_answers (organization_id)",
                "CREATE INDEX kept_answers_user ON kept_answers (user_id)",
                "CREATE INDEX kept_answers_expiry ON kept_answers (expires_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE kept_answers"]).await
    }
}
