//! Sessions, sign-ins under way, and the instance itself: whether its first owner has come (rule 1.4)
//! and the sealed key of its cookies.

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
                "CREATE TABLE instance (
                    id TEXT PRIMARY KEY CHECK (id = 'instance'),
                    claimed_at BIGINT,
                    sealed_cookie_key TEXT
                )",
                "INSERT INTO instance (id) VALUES ('instance')",
                "CREATE TABLE sessions (
                    key_hash TEXT PRIMARY KEY,
                    id TEXT NOT NULL UNIQUE,
                    user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
                    address TEXT NOT NULL,
                    user_agent TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    last_seen_at BIGINT NOT NULL
                )",
                "CREATE INDEX sessions_user ON sessions (user_id, last_seen_at)",
                "CREATE INDEX sessions_last_seen ON sessions (last_seen_at)",
                "CREATE TABLE sign_in_flows (
                    state_hash TEXT PRIMARY KEY,
                    browser_hash TEXT NOT NULL,
                    provider TEXT NOT NULL,
                    nonce TEXT NOT NULL,
                    pkce_verifier TEXT NOT NULL,
                    return_to TEXT NOT NULL,
                    created_at BIGINT NOT NULL
                )",
                "CREATE INDEX sign_in_flows_created ON sign_in_flows (created_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE sign_in_flows", "DROP TABLE sessions", "DROP TABLE instance"])
            .await
    }
}
