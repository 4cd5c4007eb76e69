//! The operator: a flag of accounts beside all memberships, who gets it at their first sign-in, and which organizations
//! operators have entered, from when until when and why (rule 6.4); whose background work
//! fails, which they see; and whose mails wait, organization by organization.

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
                "ALTER TABLE users ADD COLUMN operator BOOLEAN NOT NULL DEFAULT FALSE",
                "CREATE INDEX users_operator ON users (email) WHERE operator",
                "CREATE TABLE awaited_operators (
                    email TEXT NOT NULL PRIMARY KEY,
                    granted_at BIGINT NOT NULL
                )",
                "CREATE TABLE operator_entries (
                    id TEXT NOT NULL PRIMARY KEY,
                    session_id TEXT NOT NULL,
                    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
                    reason TEXT NOT NULL,
                    entered_at BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL,
                    left_at BIGINT
                )",
                "CREATE INDEX operator_entries_session ON operator_entries (session_id) WHERE left_at IS NULL",
                "CREATE INDEX operator_entries_user ON operator_entries (user_id)",
                "CREATE INDEX operator_entries_organization ON operator_entries (organization_id, entered_at)",
                "CREATE INDEX outbox_turn ON outbox ((COALESCE(organization_id, '')), next_at)
                    WHERE state IN ('queued', 'sending', 'retrying')",
                "CREATE TABLE failing_work (
                    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
                    task TEXT NOT NULL,
                    since BIGINT NOT NULL,
                    problem TEXT NOT NULL,
                    PRIMARY KEY (organization_id, task)
                )",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DROP INDEX outbox_turn",
                "DROP TABLE failing_work",
                "DROP TABLE operator_entries",
                "DROP TABLE awaited_operators",
                "DROP INDEX users_operator",
                "ALTER TABLE users DROP COLUMN operator",
            ],
        )
        .await
    }
}
