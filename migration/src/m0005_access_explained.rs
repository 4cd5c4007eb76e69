//! What Access needs to explain itself: members whose access the rules have ended, sign-in methods that are
//! switched off, people who were turned away, what a sign-in under way is for, and the owner whom an operator
//! has named.

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
                "ALTER TABLE memberships ADD COLUMN locked_out_at BIGINT",
                "ALTER TABLE organizations ADD COLUMN awaited_owner TEXT",
                "ALTER TABLE sign_in_flows ADD COLUMN purpose TEXT NOT NULL DEFAULT 'sign_in'",
                "ALTER TABLE sign_in_flows ADD COLUMN user_id TEXT",
                "ALTER TABLE sessions ADD COLUMN authenticated_at BIGINT",
                "CREATE INDEX identities_email ON identities (email)",
                "CREATE TABLE switched_off_providers (
                    organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
                    provider TEXT NOT NULL,
                    at BIGINT NOT NULL,
                    PRIMARY KEY (organization_id, provider)
                )",
                // One line per address, however often it knocks.
                "CREATE TABLE denials (
                    id TEXT PRIMARY KEY,
                    organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
                    email TEXT NOT NULL,
                    provider TEXT NOT NULL,
                    decided_by TEXT NOT NULL,
                    detail TEXT NOT NULL,
                    times BIGINT NOT NULL,
                    last_at BIGINT NOT NULL
                )",
                "CREATE UNIQUE INDEX denials_organization_email ON denials (organization_id, email)",
                "CREATE INDEX denials_organization_last ON denials (organization_id, last_at)",
                "CREATE INDEX denials_last ON denials (last_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DROP TABLE denials",
                "DROP TABLE switched_off_providers",
                "DROP INDEX identities_email",
                "ALTER TABLE sessions DROP COLUMN authenticated_at",
                "ALTER TABLE sign_in_flows DROP COLUMN user_id",
                "ALTER TABLE sign_in_flows DROP COLUMN purpose",
                "ALTER TABLE organizations DROP COLUMN awaited_owner",
                "ALTER TABLE memberships DROP COLUMN locked_out_at",
            ],
        )
        .await
    }
}
