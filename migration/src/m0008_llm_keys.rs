//! LLM keys: sealed, the one in use and the one before it, and how each did when it was last tried.

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
                "CREATE TABLE llm_keys (
                    id TEXT {binary} PRIMARY KEY,
                    organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
                    provider TEXT {binary} NOT NULL,
                    name TEXT,
                    base_url TEXT,
                    sealed_key TEXT NOT NULL,
                    last_four TEXT NOT NULL,
                    set_by TEXT NOT NULL,
                    set_by_name TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL,
                    replaced_at BIGINT,
                    removed_at BIGINT
                )",
                // One key in use for a provider; the one before it is kept until it is removed.
                "CREATE UNIQUE INDEX llm_keys_current ON llm_keys (organization_id, provider)
                    WHERE replaced_at IS NULL",
                "CREATE INDEX llm_keys_removed ON llm_keys (removed_at) WHERE removed_at IS NOT NULL",
                // The subject is a stored key's id, or the fingerprint of one that the environment has.
                "CREATE TABLE llm_key_health (
                    organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
                    subject TEXT {binary} NOT NULL,
                    finding {json},
                    tested_at BIGINT,
                    good_at BIGINT,
                    failing_since BIGINT,
                    next_test_at BIGINT,
                    PRIMARY KEY (organization_id, subject)
                )",
                "CREATE INDEX llm_key_health_due ON llm_key_health (next_test_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE llm_key_health", "DROP TABLE llm_keys"]).await
    }
}
