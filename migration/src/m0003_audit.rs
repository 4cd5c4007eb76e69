//! What happened: one event per change and per refused attempt (rule 8.1).

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
                // An event outlives the people and organizations it speaks of: no foreign keys.
                // No organization: it concerns the instance, or a person who is in none.
                "CREATE TABLE events (
                    id TEXT PRIMARY KEY,
                    organization_id TEXT,
                    at BIGINT NOT NULL,
                    action TEXT NOT NULL,
                    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
                    actor_id TEXT,
                    actor TEXT NOT NULL,
                    target TEXT NOT NULL,
                    before {json},
                    after {json},
                    address TEXT NOT NULL,
                    user_agent TEXT NOT NULL,
                    request_id TEXT NOT NULL
                )",
                "CREATE INDEX events_organization_at ON events (organization_id, at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE events"]).await
    }
}
