//! Teams and projects, the two levels below an organization. The team of a project may be missing at first: the next two
//! steps fill it in and then ask for it, so that none of them has to be done at once.

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
                "CREATE TABLE teams (
                    id TEXT PRIMARY KEY,
                    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
                    slug TEXT NOT NULL,
                    name TEXT NOT NULL,
                    is_default BOOLEAN NOT NULL,
                    manager_id TEXT,
                    created_at BIGINT NOT NULL,
                    UNIQUE (organization_id, slug),
                    UNIQUE (id, organization_id)
                )",
                "CREATE UNIQUE INDEX teams_default ON teams (organization_id) WHERE is_default",
                "CREATE INDEX teams_manager ON teams (organization_id, manager_id)",
                "CREATE TABLE team_members (
                    team_id TEXT NOT NULL,
                    user_id TEXT NOT NULL,
                    organization_id TEXT NOT NULL,
                    PRIMARY KEY (team_id, user_id),
                    FOREIGN KEY (team_id, organization_id) REFERENCES teams (id, organization_id) ON DELETE CASCADE,
                    FOREIGN KEY (organization_id, user_id)
                        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
                )",
                "CREATE INDEX team_members_member ON team_members (organization_id, user_id)",
                "CREATE TABLE projects (
                    id TEXT PRIMARY KEY,
                    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
                    team_id TEXT,
                    slug TEXT NOT NULL,
                    name TEXT NOT NULL,
                    is_default BOOLEAN NOT NULL,
                    archived_at BIGINT,
                    created_at BIGINT NOT NULL,
                    UNIQUE (organization_id, slug),
                    UNIQUE (id, organization_id),
                    FOREIGN KEY (team_id, organization_id) REFERENCES teams (id, organization_id)
                )",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE projects", "DROP TABLE team_members", "DROP TABLE teams"]).await
    }
}
