//! Events are numbered within their organization, without gaps, in the order in which their changes were kept. Lists
//! are in that order, too: clocks differ, and are put back.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

const NUMBERS: &[&str] = &[
    "ALTER TABLE events ADD COLUMN number BIGINT NOT NULL DEFAULT 0",
    "UPDATE events SET number = numbered.number FROM (
        SELECT id, row_number() OVER (PARTITION BY organization_id ORDER BY at, id) AS number FROM events
     ) AS numbered WHERE numbered.id = events.id",
    // Instances of the version before this one, which may still run, write 0.
    "CREATE UNIQUE INDEX events_number ON events (organization_id, number) WHERE number > 0",
    // Where each log ends; '' for events of no organization.
    "CREATE TABLE event_heads (organization_id TEXT PRIMARY KEY, number BIGINT NOT NULL, at BIGINT NOT NULL)",
    "INSERT INTO event_heads (organization_id, number, at)
        SELECT COALESCE(organization_id, ''), MAX(number), MAX(at) FROM events GROUP BY organization_id",
];

/// Each index with the columns before the time, and those behind the number.
const INDEXES: [(&str, &str, &str); 5] = [
    ("events_organization_at", "organization_id", ""),
    ("events_outcome", "organization_id, outcome", ""),
    ("events_action", "organization_id, action, outcome", ""),
    ("events_actor", "organization_id, actor, outcome", ", action"),
    ("events_target", "organization_id, substr(target, 1, 100), outcome", ""),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, NUMBERS).await?;
        order(manager, "at, number, id").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        order(manager, "at, id").await?;
        dialect::run(
            manager,
            &["DROP TABLE event_heads", "DROP INDEX events_number", "ALTER TABLE events DROP COLUMN number"],
        )
        .await
    }
}

/// Makes every index again with its events in order of `place`.
async fn order(manager: &SchemaManager<'_>, place: &str) -> Result<(), DbErr> {
    for (name, before, behind) in INDEXES {
        let drop = format!("DROP INDEX {name}");
        let create = format!("CREATE INDEX {name} ON events ({before}, {place}{behind})");
        dialect::run(manager, &[&drop, &create]).await?;
    }
    Ok(())
}
