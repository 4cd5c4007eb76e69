//! The audit page: every filter has an index that gives its events in order of time.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What is filtered, each with the outcome behind it: with both outcomes an index is walked twice.
const INDEXES: [&str; 4] = [
    "CREATE INDEX events_outcome ON events (organization_id, outcome, at, id)",
    "CREATE INDEX events_action ON events (organization_id, action, outcome, at, id)",
    // The action at the end is for those who ask what someone did of one kind: it is read off the index.
    "CREATE INDEX events_actor ON events (organization_id, actor, outcome, at, id, action)",
    // A target can be a path of thousands of letters, more than PostgreSQL takes into an index.
    "CREATE INDEX events_target ON events (organization_id, substr(target, 1, 100), outcome, at, id)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        collate(manager, "\"C\"").await?;
        dialect::run(manager, &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DROP INDEX events_target",
                "DROP INDEX events_actor",
                "DROP INDEX events_action",
                "DROP INDEX events_outcome",
            ],
        )
        .await?;
        collate(manager, "\"default\"").await
    }
}

/// Beginnings of texts are ranges only where texts are compared byte by byte, which SQLite does by itself.
async fn collate(manager: &SchemaManager<'_>, collation: &str) -> Result<(), DbErr> {
    if !dialect::is_postgres(manager) {
        return Ok(());
    }
    let column = |name: &str| format!("ALTER COLUMN {name} TYPE TEXT COLLATE {collation}");
    let columns = ["actor", "target"].map(column).join(", ");
    dialect::run(manager, &[&format!("ALTER TABLE events {columns}")]).await
}
