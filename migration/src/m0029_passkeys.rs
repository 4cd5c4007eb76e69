//! Passkeys, which count as a second factor as authenticator apps do; and what a browser was asked to make one, or to give
//! a sign of one, until it has answered.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE passkeys (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        credential_id TEXT NOT NULL UNIQUE,
        credential TEXT NOT NULL,
        counter BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        last_used_at BIGINT
    )",
    "CREATE INDEX passkeys_user ON passkeys (user_id)",
    "CREATE TABLE passkey_ceremonies (
        session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        purpose TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )",
    "CREATE INDEX passkey_ceremonies_user ON passkey_ceremonies (user_id)",
    "CREATE INDEX passkey_ceremonies_created ON passkey_ceremonies (created_at)",
];

const SQLITE_TRIGGERS: &[&str] = &[
    "DROP TRIGGER authenticator_apps_removed",
    "CREATE TRIGGER authenticator_apps_removed AFTER DELETE ON authenticator_apps BEGIN
        UPDATE users SET own_factor = FALSE WHERE id = old.user_id
            AND NOT EXISTS (
                SELECT 1 FROM authenticator_apps WHERE user_id = old.user_id AND confirmed_at IS NOT NULL
            )
            AND NOT EXISTS (SELECT 1 FROM passkeys WHERE user_id = old.user_id);
    END",
    "CREATE TRIGGER passkeys_added AFTER INSERT ON passkeys BEGIN
        UPDATE users SET own_factor = TRUE WHERE id = new.user_id;
    END",
    "CREATE TRIGGER passkeys_removed AFTER DELETE ON passkeys BEGIN
        UPDATE users SET own_factor = FALSE WHERE id = old.user_id
            AND NOT EXISTS (
                SELECT 1 FROM authenticator_apps WHERE user_id = old.user_id AND confirmed_at IS NOT NULL
            )
            AND NOT EXISTS (SELECT 1 FROM passkeys WHERE user_id = old.user_id);
    END",
];

const POSTGRES_TRIGGERS: &[&str] = &[
    "CREATE OR REPLACE FUNCTION authenticator_apps_removed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE users SET own_factor = FALSE WHERE id = OLD.user_id
            AND NOT EXISTS (
                SELECT 1 FROM authenticator_apps WHERE user_id = OLD.user_id AND confirmed_at IS NOT NULL
            )
            AND NOT EXISTS (SELECT 1 FROM passkeys WHERE user_id = OLD.user_id);
        RETURN NULL;
    END $$",
    "CREATE FUNCTION passkeys_added() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE users SET own_factor = TRUE WHERE id = NEW.user_id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER passkeys_added AFTER INSERT ON passkeys FOR EACH ROW EXECUTE FUNCTION passkeys_added()",
    "CREATE TRIGGER passkeys_removed AFTER DELETE ON passkeys
        FOR EACH ROW EXECUTE FUNCTION authenticator_apps_removed()",
];

/// Without passkeys, whoever has nothing else has no second factor: nor do recovery codes stand in for one.
const WITHOUT_PASSKEYS: &[&str] = &[
    "DELETE FROM passkeys",
    "DELETE FROM recovery_codes WHERE user_id NOT IN (
        SELECT user_id FROM authenticator_apps WHERE confirmed_at IS NOT NULL
    )",
];

const WITHOUT_SQLITE_TRIGGERS: &[&str] = &[
    "DROP TRIGGER passkeys_removed",
    "DROP TRIGGER passkeys_added",
    "DROP TRIGGER authenticator_apps_removed",
    "CREATE TRIGGER authenticator_apps_removed AFTER DELETE ON authenticator_apps BEGIN
        UPDATE users SET own_factor = FALSE WHERE id = old.user_id AND NOT EXISTS (
            SELECT 1 FROM authenticator_apps WHERE user_id = old.user_id AND confirmed_at IS NOT NULL
        );
    END",
];

const WITHOUT_POSTGRES_TRIGGERS: &[&str] = &[
    "DROP TRIGGER passkeys_removed ON passkeys",
    "DROP TRIGGER passkeys_added ON passkeys",
    "DROP FUNCTION passkeys_added",
    "CREATE OR REPLACE FUNCTION authenticator_apps_removed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE users SET own_factor = FALSE WHERE id = OLD.user_id AND NOT EXISTS (
            SELECT 1 FROM authenticator_apps WHERE user_id = OLD.user_id AND confirmed_at IS NOT NULL
        );
        RETURN NULL;
    END $$",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, TABLES).await?;
        let triggers = if dialect::is_postgres(manager) { POSTGRES_TRIGGERS } else { SQLITE_TRIGGERS };
        dialect::run(manager, triggers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, WITHOUT_PASSKEYS).await?;
        let is_postgres = dialect::is_postgres(manager);
        let without = if is_postgres { WITHOUT_POSTGRES_TRIGGERS } else { WITHOUT_SQLITE_TRIGGERS };
        dialect::run(manager, without).await?;
        dialect::run(manager, &["DROP TABLE passkey_ceremonies", "DROP TABLE passkeys"]).await
    }
}
