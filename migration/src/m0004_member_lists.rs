//! Keeps lists of people flat at any size: an index for each order and filter, a trigram index for
//! search inside names and addresses, and triggers that carry a person's new name or address into
//! their memberships, so that a list reads one table in the order of one index.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Each is one order of the list, with names and addresses at its end for a search that walks it.
const INDEXES: &[&str] = &[
    "CREATE INDEX memberships_by_name ON memberships (organization_id, name, id, email)",
    "CREATE INDEX memberships_by_joined ON memberships (organization_id, joined_at, id, name, email)",
    "CREATE INDEX memberships_by_seen ON memberships (organization_id, last_seen_at, id, name, email)",
    "CREATE INDEX memberships_by_email ON memberships (organization_id, email)",
    "CREATE INDEX memberships_role_by_name ON memberships (organization_id, role, name, id, email)",
    "CREATE INDEX memberships_role_by_joined
        ON memberships (organization_id, role, joined_at, id, name, email)",
    "CREATE INDEX memberships_role_by_seen
        ON memberships (organization_id, role, last_seen_at, id, name, email)",
];

const SQLITE_SEARCH: &[&str] = &[
    "CREATE VIRTUAL TABLE member_search USING fts5 (
        name, email, content = 'memberships', content_rowid = 'id', tokenize = 'trigram'
    )",
    "CREATE TRIGGER memberships_search_insert AFTER INSERT ON memberships BEGIN
        INSERT INTO member_search (rowid, name, email) VALUES (new.id, new.name, new.email);
    END",
    "CREATE TRIGGER memberships_search_delete AFTER DELETE ON memberships BEGIN
        INSERT INTO member_search (member_search, rowid, name, email)
            VALUES ('delete', old.id, old.name, old.email);
    END",
    "CREATE TRIGGER memberships_search_update AFTER UPDATE OF name, email ON memberships BEGIN
        INSERT INTO member_search (member_search, rowid, name, email)
            VALUES ('delete', old.id, old.name, old.email);
        INSERT INTO member_search (rowid, name, email) VALUES (new.id, new.name, new.email);
    END",
    "INSERT INTO member_search (member_search) VALUES ('rebuild')",
    "CREATE TRIGGER users_rename_memberships AFTER UPDATE OF name, email ON users BEGIN
        UPDATE memberships SET name = new.name, email = new.email WHERE user_id = new.id;
    END",
];

const POSTGRES_SEARCH: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    // Without a pending list, which every search would read from end to end until the next vacuum.
    "CREATE INDEX member_search ON memberships USING gin (name gin_trgm_ops, email gin_trgm_ops)
        WITH (fastupdate = off)",
    "CREATE FUNCTION users_rename_memberships() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE memberships SET name = NEW.name, email = NEW.email WHERE user_id = NEW.id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER users_rename_memberships AFTER UPDATE OF name, email ON users
        FOR EACH ROW EXECUTE FUNCTION users_rename_memberships()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, INDEXES).await?;
        let search = if dialect::is_postgres(manager) { POSTGRES_SEARCH } else { SQLITE_SEARCH };
        dialect::run(manager, search).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if dialect::is_postgres(manager) {
            dialect::run(
                manager,
                &[
                    "DROP TRIGGER users_rename_memberships ON users",
                    "DROP FUNCTION users_rename_memberships",
                    "DROP INDEX member_search",
                ],
            )
            .await?;
        } else {
            dialect::run(
                manager,
                &[
                    "DROP TRIGGER users_rename_memberships",
                    "DROP TRIGGER memberships_search_update",
                    "DROP TRIGGER memberships_search_delete",
                    "DROP TRIGGER memberships_search_insert",
                    "DROP TABLE member_search",
                ],
            )
            .await?;
        }
        let drops: Vec<String> = INDEXES
            .iter()
            .filter_map(|sql| sql.split_whitespace().nth(2))
            .map(|index| format!("DROP INDEX {index}"))
            .collect();
        dialect::run(manager, &drops.iter().map(String::as_str).collect::<Vec<_>>()).await
    }
}
