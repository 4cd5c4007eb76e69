//! The people of a project, or of a team, are read by its own key, from whatever place on: the index for what someone is in
//! begins with the person, so that no planner takes it for the organization's whole list.

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
                "DROP INDEX project_members_member",
                "DROP INDEX team_members_member",
                "CREATE INDEX project_members_member ON project_members (user_id, organization_id)",
                "CREATE INDEX team_members_member ON team_members (user_id, organization_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DROP INDEX project_members_member",
                "DROP INDEX team_members_member",
                "CREATE INDEX project_members_member ON project_members (organization_id, user_id)",
                "CREATE INDEX team_members_member ON team_members (organization_id, user_id)",
            ],
        )
        .await
    }
}
