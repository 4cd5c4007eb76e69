//! What an organization needs that requires a second factor: since when, and how long who joins has; whether each person
//! has one, as a column of the membership, kept by triggers as names are; which mail of it a member had last; and whether
//! the provider of a session vouched for one.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: &[&str] = &[
    "ALTER TABLE organizations ADD COLUMN second_factor_from BIGINT",
    "ALTER TABLE organizations ADD COLUMN second_factor_days BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE organizations ADD COLUMN trusts_provider_factor BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE sessions ADD COLUMN provider_factor BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE users ADD COLUMN own_factor BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE users ADD COLUMN provider_factor BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE memberships ADD COLUMN second_factor TEXT NOT NULL DEFAULT 'none'",
    "ALTER TABLE memberships ADD COLUMN second_factor_told BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX memberships_second_factor ON memberships (organization_id, second_factor, status, name, id, email)",
];

const SQLITE_TRIGGERS: &[&str] = &[
    "DROP TRIGGER memberships_account",
    "CREATE TRIGGER memberships_account AFTER INSERT ON memberships BEGIN
        UPDATE memberships SET (account, second_factor) = (
            SELECT status, CASE WHEN own_factor THEN 'own' WHEN provider_factor THEN 'provider' ELSE 'none' END
            FROM users WHERE id = new.user_id
        ) WHERE id = new.id;
    END",
    "CREATE TRIGGER users_factor_memberships AFTER UPDATE OF own_factor, provider_factor ON users
        WHEN new.own_factor <> old.own_factor OR new.provider_factor <> old.provider_factor
    BEGIN
        UPDATE memberships SET second_factor =
            CASE WHEN new.own_factor THEN 'own' WHEN new.provider_factor THEN 'provider' ELSE 'none' END
            WHERE user_id = new.id;
    END",
    "CREATE TRIGGER authenticator_apps_added AFTER INSERT ON authenticator_apps
        WHEN new.confirmed_at IS NOT NULL
    BEGIN
        UPDATE users SET own_factor = TRUE WHERE id = new.user_id;
    END",
    "CREATE TRIGGER authenticator_apps_confirmed AFTER UPDATE OF confirmed_at ON authenticator_apps
        WHEN new.confirmed_at IS NOT NULL
    BEGIN
        UPDATE users SET own_factor = TRUE WHERE id = new.user_id;
    END",
    "CREATE TRIGGER authenticator_apps_removed AFTER DELETE ON authenticator_apps BEGIN
        UPDATE users SET own_factor = FALSE WHERE id = old.user_id AND NOT EXISTS (
            SELECT 1 FROM authenticator_apps WHERE user_id = old.user_id AND confirmed_at IS NOT NULL
        );
    END",
];

const POSTGRES_TRIGGERS: &[&str] = &[
    "CREATE OR REPLACE FUNCTION memberships_account() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT status, CASE WHEN own_factor THEN 'own' WHEN provider_factor THEN 'provider' ELSE 'none' END
            INTO NEW.account, NEW.second_factor FROM users WHERE id = NEW.user_id FOR SHARE;
        RETURN NEW;
    END $$",
    "CREATE FUNCTION users_factor_memberships() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE memberships SET second_factor =
            CASE WHEN NEW.own_factor THEN 'own' WHEN NEW.provider_factor THEN 'provider' ELSE 'none' END
            WHERE user_id = NEW.id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER users_factor_memberships AFTER UPDATE OF own_factor, provider_factor ON users FOR EACH ROW
        WHEN (NEW.own_factor <> OLD.own_factor OR NEW.provider_factor <> OLD.provider_factor)
        EXECUTE FUNCTION users_factor_memberships()",
    "CREATE FUNCTION authenticator_apps_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE users SET own_factor = TRUE WHERE id = NEW.user_id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER authenticator_apps_confirmed AFTER INSERT OR UPDATE OF confirmed_at ON authenticator_apps
        FOR EACH ROW WHEN (NEW.confirmed_at IS NOT NULL) EXECUTE FUNCTION authenticator_apps_confirmed()",
    "CREATE FUNCTION authenticator_apps_removed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE users SET own_factor = FALSE WHERE id = OLD.user_id AND NOT EXISTS (
            SELECT 1 FROM authenticator_apps WHERE user_id = OLD.user_id AND confirmed_at IS NOT NULL
        );
        RETURN NULL;
    END $$",
    "CREATE TRIGGER authenticator_apps_removed AFTER DELETE ON authenticator_apps
        FOR EACH ROW EXECUTE FUNCTION authenticator_apps_removed()",
];

/// Those who have a factor by now.
const WHO_HAVE_ONE: &str = "UPDATE users SET own_factor = TRUE
    WHERE id IN (SELECT user_id FROM authenticator_apps WHERE confirmed_at IS NOT NULL)";

const WITHOUT_SQLITE_TRIGGERS: &[&str] = &[
    "DROP TRIGGER authenticator_apps_removed",
    "DROP TRIGGER authenticator_apps_confirmed",
    "DROP TRIGGER authenticator_apps_added",
    "DROP TRIGGER users_factor_memberships",
    "DROP TRIGGER memberships_account",
    "CREATE TRIGGER memberships_account AFTER INSERT ON memberships BEGIN
        UPDATE memberships SET account = (SELECT status FROM users WHERE id = new.user_id) WHERE id = new.id;
    END",
];

const WITHOUT_POSTGRES_TRIGGERS: &[&str] = &[
    "DROP TRIGGER authenticator_apps_removed ON authenticator_apps",
    "DROP FUNCTION authenticator_apps_removed",
    "DROP TRIGGER authenticator_apps_confirmed ON authenticator_apps",
    "DROP FUNCTION authenticator_apps_confirmed",
    "DROP TRIGGER users_factor_memberships ON users",
    "DROP FUNCTION users_factor_memberships",
    "CREATE OR REPLACE FUNCTION memberships_account() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT status INTO NEW.account FROM users WHERE id = NEW.user_id FOR SHARE;
        RETURN NEW;
    END $$",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, COLUMNS).await?;
        let triggers = if dialect::is_postgres(manager) { POSTGRES_TRIGGERS } else { SQLITE_TRIGGERS };
        dialect::run(manager, triggers).await?;
        dialect::run(manager, &[WHO_HAVE_ONE]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_postgres = dialect::is_postgres(manager);
        let without = if is_postgres { WITHOUT_POSTGRES_TRIGGERS } else { WITHOUT_SQLITE_TRIGGERS };
        dialect::run(manager, without).await?;
        dialect::run(
            manager,
            &[
                "DROP INDEX memberships_second_factor",
                "ALTER TABLE memberships DROP COLUMN second_factor_told",
                "ALTER TABLE memberships DROP COLUMN second_factor",
                "ALTER TABLE users DROP COLUMN provider_factor",
                "ALTER TABLE users DROP COLUMN own_factor",
                "ALTER TABLE sessions DROP COLUMN provider_factor",
                "ALTER TABLE organizations DROP COLUMN trusts_provider_factor",
                "ALTER TABLE organizations DROP COLUMN second_factor_days",
                "ALTER TABLE organizations DROP COLUMN second_factor_from",
            ],
        )
        .await
    }
}
