//! Organizations with their access rules, people, their accounts at providers, and who belongs where
//! (rules 1.1 to 1.5). Seeds the one organization that always exists.

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
                "CREATE TABLE organizations (
                    id TEXT PRIMARY KEY,
                    slug TEXT NOT NULL UNIQUE,
                    name TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL,
                    updated_by TEXT
                )",
                "CREATE TABLE org_settings (
                    organization_id TEXT PRIMARY KEY REFERENCES organizations(id) ON DELETE CASCADE,
                    allowed_domains {json} NOT NULL,
                    domain_gating_enabled BOOLEAN NOT NULL,
                    allowed_emails {json} NOT NULL,
                    email_allowlist_enabled BOOLEAN NOT NULL,
                    open_sign_up BOOLEAN NOT NULL,
                    version BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL,
                    updated_by TEXT
                )",
                "CREATE TABLE users (
                    id TEXT PRIMARY KEY,
                    email TEXT NOT NULL UNIQUE,
                    name TEXT NOT NULL,
                    status TEXT NOT NULL CHECK (status IN ('active', 'deactivated')),
                    created_at BIGINT NOT NULL
                )",
                "CREATE TABLE identities (
                    id TEXT PRIMARY KEY,
                    user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
                    provider TEXT NOT NULL,
                    issuer TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    email TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    last_sign_in_at BIGINT NOT NULL
                )",
                "CREATE UNIQUE INDEX identities_issuer_subject ON identities (issuer, subject)",
                "CREATE INDEX identities_user ON identities (user_id)",
                "CREATE TABLE memberships (
                    id {serial},
                    organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
                    user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
                    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
                    name TEXT NOT NULL {nocase},
                    email TEXT {binary} NOT NULL,
                    joined_at BIGINT NOT NULL,
                    last_seen_at BIGINT NOT NULL
                )",
                "CREATE UNIQUE INDEX memberships_organization_user ON memberships (organization_id, user_id)",
                "CREATE INDEX memberships_user ON memberships (user_id)",
                "INSERT INTO organizations (id, slug, name, version, created_at, updated_at)
                    VALUES ('default', 'default', 'My Organization', 1, 0, 0)",
                "INSERT INTO org_settings (organization_id, allowed_domains, domain_gating_enabled,
                        allowed_emails, email_allowlist_enabled, open_sign_up, version, updated_at)
                    VALUES ('default', '[]', FALSE, '[]', FALSE, FALSE, 1, 0)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DROP TABLE memberships",
                "DROP TABLE identities",
                "DROP TABLE users",
                "DROP TABLE org_settings",
                "DROP TABLE organizations",
            ],
        )
        .await
    }
}
