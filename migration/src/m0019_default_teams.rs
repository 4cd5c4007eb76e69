//! Every organization has a team and a project called Default, and everyone in it is in both. Filled in for those that
//! are there; what has been filled in already is left as it is.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TEAMS: &str = "INSERT INTO teams (id, organization_id, slug, name, is_default, created_at)
    SELECT {uuid}, id, 'default', 'Default', TRUE, created_at FROM organizations
    WHERE NOT EXISTS (SELECT 1 FROM teams WHERE teams.organization_id = organizations.id AND is_default)";
const PROJECTS: &str =
    "INSERT INTO projects (id, organization_id, team_id, slug, name, is_default, created_at)
    SELECT {uuid}, organization_id, id, 'default', 'Default', TRUE, created_at FROM teams
    WHERE is_default AND NOT EXISTS
        (SELECT 1 FROM projects WHERE projects.organization_id = teams.organization_id AND is_default)";
const MEMBERS: &str = "INSERT INTO team_members (team_id, user_id, organization_id)
    SELECT teams.id, memberships.user_id, memberships.organization_id
    FROM memberships JOIN teams ON teams.organization_id = memberships.organization_id AND teams.is_default
    WHERE TRUE ON CONFLICT DO NOTHING";
const WITHOUT_TEAM: &str = "UPDATE projects SET team_id =
    (SELECT id FROM teams WHERE teams.organization_id = projects.organization_id AND is_default)
    WHERE team_id IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        fill(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DELETE FROM projects", "DELETE FROM team_members", "DELETE FROM teams"])
            .await
    }
}

/// Fills in what is missing.
pub(crate) async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    dialect::run(manager, &[TEAMS, PROJECTS, MEMBERS, WITHOUT_TEAM]).await
}
