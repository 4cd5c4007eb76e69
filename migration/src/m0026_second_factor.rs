//! What people prove a second time who they are with: authenticator apps and recovery codes; how often that failed; and when a
//! session's person did.

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
                "CREATE TABLE authenticator_apps (
                    id TEXT PRIMARY KEY,
                    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                    name TEXT NOT NULL,
                    sealed_secret TEXT NOT NULL,
                    last_step BIGINT,
                    created_at BIGINT NOT NULL,
                    confirmed_at BIGINT,
                    last_used_at BIGINT
                )",
                "CREATE INDEX authenticator_apps_user ON authenticator_apps (user_id)",
                "CREATE TABLE recovery_codes (
                    hash TEXT PRIMARY KEY,
                    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                    created_at BIGINT NOT NULL,
                    used_at BIGINT
                )",
                "CREATE INDEX recovery_codes_user ON recovery_codes (user_id)",
                "CREATE TABLE code_budgets (
                    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
                    failures BIGINT NOT NULL,
                    failures_in_all BIGINT NOT NULL,
                    failed_at BIGINT NOT NULL,
                    locks BIGINT NOT NULL,
                    locked_until BIGINT
                )",
                "ALTER TABLE sessions ADD COLUMN second_factor_at BIGINT",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "ALTER TABLE sessions DROP COLUMN second_factor_at",
                "DROP TABLE code_budgets",
                "DROP TABLE recovery_codes",
                "DROP TABLE authenticator_apps",
            ],
        )
        .await
    }
}
