//! Invites: who is asked to join, as what, until when, and what became of it. Of an invite's link nothing is kept
//! that the link could be made of (rule 3.3).

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
                "CREATE TABLE invites (
                    id TEXT PRIMARY KEY,
                    organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
                    email TEXT {binary} NOT NULL,
                    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
                    state TEXT NOT NULL CHECK (state IN ('open', 'lapsed', 'accepted', 'revoked')),
                    generation BIGINT NOT NULL,
                    invited_by TEXT NOT NULL,
                    invited_by_name TEXT NOT NULL,
                    mail_id TEXT,
                    batch TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL,
                    closed_at BIGINT,
                    closed_by TEXT,
                    asked_at BIGINT
                )",
                // One open invite for an address; one that is over blocks no new one.
                "CREATE UNIQUE INDEX invites_open ON invites (organization_id, email) WHERE state = 'open'",
                "CREATE INDEX invites_created ON invites (organization_id, created_at, id)",
                "CREATE INDEX invites_state_created ON invites (organization_id, state, created_at, id)",
                "CREATE INDEX invites_email ON invites (organization_id, email)",
                // What came of each line that was sent at once; the key makes a second sending find the first.
                "CREATE TABLE invite_batches (
                    id TEXT PRIMARY KEY,
                    organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
                    results {json} NOT NULL,
                    created_at BIGINT NOT NULL
                )",
                "CREATE INDEX invite_batches_created ON invite_batches (created_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE invite_batches", "DROP TABLE invites"]).await
    }
}
