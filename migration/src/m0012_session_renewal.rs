//! Sessions of people whose role has changed are due for a new id. Triggers see to it, so that no way to change a role
//! can forget it.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// For someone who becomes a member, for a member who gets another role, and for one whom the rules let in again.
const SQLITE_TRIGGERS: &[&str] = &[
    "CREATE TRIGGER memberships_insert_renews_sessions AFTER INSERT ON memberships BEGIN
        UPDATE sessions SET renewal_due = TRUE WHERE user_id = new.user_id;
    END",
    "CREATE TRIGGER memberships_role_renews_sessions AFTER UPDATE OF role, locked_out_at ON memberships
        WHEN new.role <> old.role OR (old.locked_out_at IS NOT NULL AND new.locked_out_at IS NULL)
    BEGIN
        UPDATE sessions SET renewal_due = TRUE WHERE user_id = new.user_id;
    END",
];

const POSTGRES_TRIGGERS: &[&str] = &[
    "CREATE FUNCTION renew_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE sessions SET renewal_due = TRUE WHERE user_id = NEW.user_id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER memberships_insert_renews_sessions AFTER INSERT ON memberships
        FOR EACH ROW EXECUTE FUNCTION renew_sessions()",
    "CREATE TRIGGER memberships_role_renews_sessions AFTER UPDATE OF role, locked_out_at ON memberships
        FOR EACH ROW
        WHEN (NEW.role <> OLD.role OR (OLD.locked_out_at IS NOT NULL AND NEW.locked_out_at IS NULL))
        EXECUTE FUNCTION renew_sessions()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &["ALTER TABLE sessions ADD COLUMN renewal_due BOOLEAN NOT NULL DEFAULT FALSE"],
        )
        .await?;
        let triggers = if dialect::is_postgres(manager) { POSTGRES_TRIGGERS } else { SQLITE_TRIGGERS };
        dialect::run(manager, triggers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let triggers: &[&str] = if dialect::is_postgres(manager) {
            &[
                "DROP TRIGGER memberships_role_renews_sessions ON memberships",
                "DROP TRIGGER memberships_insert_renews_sessions ON memberships",
                "DROP FUNCTION renew_sessions",
            ]
        } else {
            &[
                "DROP TRIGGER memberships_role_renews_sessions",
                "DROP TRIGGER memberships_insert_renews_sessions",
            ]
        };
        dialect::run(manager, triggers).await?;
        dialect::run(manager, &["ALTER TABLE sessions DROP COLUMN renewal_due"]).await
    }
}
