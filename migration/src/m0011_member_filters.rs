//! Filters of the list of people, flat at any size: whether someone can come in becomes a column of the membership,
//! kept by triggers as names are, with an index for each order; who signs in how, and who invited whom, get indexes.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COPY: &[&str] = &[
    "ALTER TABLE memberships ADD COLUMN account TEXT NOT NULL DEFAULT 'active'",
    "UPDATE memberships SET account = 'deactivated'
        WHERE user_id IN (SELECT id FROM users WHERE status = 'deactivated')",
    "ALTER TABLE memberships ADD COLUMN status TEXT GENERATED ALWAYS AS (
        CASE WHEN account <> 'active' THEN account
             WHEN locked_out_at IS NOT NULL THEN 'locked_out'
             ELSE 'active' END
    ) {generated}",
];

/// The first three as in the other orders of the list, with names and addresses for a search that walks them.
const INDEXES: &[&str] = &[
    "CREATE INDEX memberships_status_by_name ON memberships (organization_id, status, name, id, email)",
    "CREATE INDEX memberships_status_by_joined
        ON memberships (organization_id, status, joined_at, id, name, email)",
    "CREATE INDEX memberships_status_by_seen
        ON memberships (organization_id, status, last_seen_at, id, name, email)",
    "DROP INDEX identities_user",
    "CREATE INDEX identities_user ON identities (user_id, provider)",
    "CREATE INDEX identities_provider ON identities (provider, user_id)",
    "CREATE INDEX invites_invited_by ON invites (organization_id, invited_by, created_at)",
];

const SQLITE_TRIGGERS: &[&str] = &[
    "CREATE TRIGGER memberships_account AFTER INSERT ON memberships BEGIN
        UPDATE memberships SET account = (SELECT status FROM users WHERE id = new.user_id) WHERE id = new.id;
    END",
    "CREATE TRIGGER users_account_memberships AFTER UPDATE OF status ON users BEGIN
        UPDATE memberships SET account = new.status WHERE user_id = new.id;
    END",
];

const POSTGRES_TRIGGERS: &[&str] = &[
    // Anyone who changes the account just now is waited for: they would not see this row.
    "CREATE FUNCTION memberships_account() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT status INTO NEW.account FROM users WHERE id = NEW.user_id FOR SHARE;
        RETURN NEW;
    END $$",
    "CREATE TRIGGER memberships_account BEFORE INSERT ON memberships
        FOR EACH ROW EXECUTE FUNCTION memberships_account()",
    "CREATE FUNCTION users_account_memberships() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE memberships SET account = NEW.status WHERE user_id = NEW.id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER users_account_memberships AFTER UPDATE OF status ON users
        FOR EACH ROW EXECUTE FUNCTION users_account_memberships()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, COPY).await?;
        dialect::run(manager, INDEXES).await?;
        let triggers = if dialect::is_postgres(manager) { POSTGRES_TRIGGERS } else { SQLITE_TRIGGERS };
        dialect::run(manager, triggers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let triggers: &[&str] = if dialect::is_postgres(manager) {
            &[
                "DROP TRIGGER users_account_memberships ON users",
                "DROP FUNCTION users_account_memberships",
                "DROP TRIGGER memberships_account ON memberships",
                "DROP FUNCTION memberships_account",
            ]
        } else {
            &["DROP TRIGGER users_account_memberships", "DROP TRIGGER memberships_account"]
        };
        dialect::run(manager, triggers).await?;
        dialect::run(
            manager,
            &[
                "DROP INDEX invites_invited_by",
                "DROP INDEX identities_provider",
                "DROP INDEX identities_user",
                "CREATE INDEX identities_user ON identities (user_id)",
                "DROP INDEX memberships_status_by_seen",
                "DROP INDEX memberships_status_by_joined",
                "DROP INDEX memberships_status_by_name",
                "ALTER TABLE memberships DROP COLUMN status",
                "ALTER TABLE memberships DROP COLUMN account",
            ],
        )
        .await
    }
}
