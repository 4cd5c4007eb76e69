//! Tokens of projects and of people, how often they have fetched keys, keys of a project's own, and invites that name a
//! team and a project.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

const KEYS: &str = "CREATE TABLE new_llm_keys (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    name TEXT,
    base_url TEXT,
    sealed_key TEXT NOT NULL,
    last_four TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    replaced_at BIGINT,
    removed_at BIGINT{project}
)";
const OF_PROJECT: &str = ",
    project_id TEXT,
    FOREIGN KEY (project_id, organization_id) REFERENCES projects (id, organization_id) ON DELETE CASCADE";
const KEY_COLUMNS: &str = "id, organization_id, provider, name, base_url, sealed_key, last_four, set_by,
    set_by_name, created_at, updated_at, replaced_at, removed_at";
const REMOVED: &str = "CREATE INDEX llm_keys_removed ON llm_keys (removed_at) WHERE removed_at IS NOT NULL";
const ONE_KEY: &str = "CREATE UNIQUE INDEX llm_keys_current ON llm_keys (organization_id, provider)
    WHERE replaced_at IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "CREATE TABLE tokens (
                    id TEXT PRIMARY KEY,
                    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
                    project_id TEXT,
                    user_id TEXT,
                    name TEXT NOT NULL,
                    prefix TEXT NOT NULL,
                    hash TEXT NOT NULL UNIQUE,
                    scopes TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    created_by TEXT NOT NULL,
                    created_by_name TEXT NOT NULL,
                    expires_at BIGINT NOT NULL,
                    last_used_at BIGINT,
                    last_used_from TEXT,
                    replaced_by TEXT,
                    revoked_at BIGINT,
                    told_hour BIGINT,
                    CHECK ((project_id IS NULL) <> (user_id IS NULL)),
                    FOREIGN KEY (project_id, organization_id)
                        REFERENCES projects (id, organization_id) ON DELETE CASCADE,
                    FOREIGN KEY (organization_id, user_id)
                        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
                )",
                "CREATE INDEX tokens_organization ON tokens (organization_id, user_id, created_at)",
                "CREATE INDEX tokens_project ON tokens (project_id, created_at)",
                "CREATE INDEX tokens_expiry ON tokens (expires_at)",
                // The hour counts from the epoch; the source says whose key it was.
                "CREATE TABLE key_uses (
                    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
                    provider TEXT NOT NULL,
                    source TEXT NOT NULL,
                    hour BIGINT NOT NULL,
                    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
                    project_id TEXT NOT NULL,
                    times BIGINT NOT NULL,
                    last_at BIGINT NOT NULL,
                    PRIMARY KEY (token_id, provider, source, hour)
                )",
                "CREATE INDEX key_uses_organization ON key_uses (organization_id)",
                "CREATE INDEX key_uses_project ON key_uses (project_id, hour)",
                "CREATE INDEX key_uses_hour ON key_uses (hour)",
                // The last of them, so that no page has to look for it.
                "CREATE TABLE key_last_uses (
                    project_id TEXT NOT NULL,
                    provider TEXT NOT NULL,
                    source TEXT NOT NULL,
                    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
                    token_name TEXT NOT NULL,
                    at BIGINT NOT NULL,
                    PRIMARY KEY (project_id, provider, source),
                    FOREIGN KEY (project_id, organization_id)
                        REFERENCES projects (id, organization_id) ON DELETE CASCADE
                )",
                "CREATE INDEX key_last_uses_organization ON key_last_uses (organization_id)",
                "ALTER TABLE org_settings ADD COLUMN token_max_days BIGINT NOT NULL DEFAULT 365",
                "ALTER TABLE invites ADD COLUMN team_id TEXT",
                "ALTER TABLE invites ADD COLUMN project_id TEXT",
                "ALTER TABLE invites ADD COLUMN project_role TEXT",
                "DROP INDEX llm_keys_current",
            ],
        )
        .await?;
        if dialect::is_postgres(manager) {
            let add = "ALTER TABLE llm_keys ADD COLUMN project_id TEXT, ADD FOREIGN KEY (project_id, organization_id)
                REFERENCES projects (id, organization_id) ON DELETE CASCADE";
            dialect::run(manager, &[add]).await?;
        } else {
            make_keys_anew(manager, OF_PROJECT).await?;
        }
        // One key in use for a provider, of the organization and of each project.
        dialect::run(
            manager,
            &[
                &format!("{ONE_KEY} AND project_id IS NULL"),
                "CREATE INDEX llm_keys_provider ON llm_keys (organization_id, provider)",
                "CREATE UNIQUE INDEX llm_keys_current_of_project ON llm_keys (project_id, provider)
                    WHERE replaced_at IS NULL AND project_id IS NOT NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DELETE FROM llm_keys WHERE project_id IS NOT NULL",
                "DROP INDEX llm_keys_provider",
                "DROP INDEX llm_keys_current_of_project",
                "DROP INDEX llm_keys_current",
            ],
        )
        .await?;
        if dialect::is_postgres(manager) {
            dialect::run(manager, &["ALTER TABLE llm_keys DROP COLUMN project_id"]).await?;
        } else {
            make_keys_anew(manager, "").await?;
        }
        dialect::run(
            manager,
            &[
                ONE_KEY,
                "ALTER TABLE invites DROP COLUMN project_role",
                "ALTER TABLE invites DROP COLUMN project_id",
                "ALTER TABLE invites DROP COLUMN team_id",
                "ALTER TABLE org_settings DROP COLUMN token_max_days",
                "DROP TABLE key_last_uses",
                "DROP TABLE key_uses",
                "DROP TABLE tokens",
            ],
        )
        .await
    }
}

/// SQLite has no other way to add a key that points elsewhere by two columns, or to take it away.
async fn make_keys_anew(manager: &SchemaManager<'_>, project: &str) -> Result<(), DbErr> {
    dialect::run(
        manager,
        &[
            &KEYS.replace("{project}", project),
            &format!("INSERT INTO new_llm_keys ({KEY_COLUMNS}) SELECT {KEY_COLUMNS} FROM llm_keys"),
            "DROP TABLE llm_keys",
            "ALTER TABLE new_llm_keys RENAME TO llm_keys",
            REMOVED,
        ],
    )
    .await
}
