//! A project is in a team. From here on the database sees to it that an organization begins with team and project
//! Default, in whatever way it comes about, and that who joins is in both; and that no one who has left manages a team.

use sea_orm_migration::prelude::*;

use crate::{dialect, m0019_default_teams};

#[derive(DeriveMigrationName)]
pub struct Migration;

const PROJECTS: &str = "CREATE TABLE new_projects (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    team_id TEXT {null},
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    archived_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (organization_id, slug),
    UNIQUE (id, organization_id),
    FOREIGN KEY (team_id, organization_id) REFERENCES teams (id, organization_id)
)";
const MEMBERS: &[&str] = &[
    "CREATE UNIQUE INDEX projects_default ON projects (organization_id) WHERE is_default",
    "CREATE INDEX projects_team ON projects (team_id)",
    "CREATE TABLE project_members (
        project_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('admin', 'viewer')),
        PRIMARY KEY (project_id, user_id),
        FOREIGN KEY (project_id, organization_id) REFERENCES projects (id, organization_id) ON DELETE CASCADE,
        FOREIGN KEY (organization_id, user_id)
            REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
    )",
    "CREATE INDEX project_members_member ON project_members (organization_id, user_id)",
    "CREATE INDEX project_members_role ON project_members (project_id, role)",
];
/// Once the triggers are there, so that no one is missed who joins meanwhile.
const EVERYBODY: &str = "INSERT INTO project_members (project_id, user_id, organization_id, role)
    SELECT projects.id, memberships.user_id, memberships.organization_id, 'viewer'
    FROM memberships
    JOIN projects ON projects.organization_id = memberships.organization_id AND projects.is_default
    WHERE TRUE ON CONFLICT DO NOTHING";
const DEFAULTS: &str = "INSERT INTO teams (id, organization_id, slug, name, is_default, created_at)
        VALUES ({uuid}, new.id, 'default', 'Default', TRUE, new.created_at);
    INSERT INTO projects (id, organization_id, team_id, slug, name, is_default, created_at)
        SELECT {uuid}, new.id, id, 'default', 'Default', TRUE, new.created_at
        FROM teams WHERE organization_id = new.id AND is_default;";
const PLACES: &str = "INSERT INTO team_members (team_id, user_id, organization_id)
        SELECT id, new.user_id, new.organization_id
        FROM teams WHERE organization_id = new.organization_id AND is_default;
    INSERT INTO project_members (project_id, user_id, organization_id, role)
        SELECT id, new.user_id, new.organization_id, 'viewer'
        FROM projects WHERE organization_id = new.organization_id AND is_default;";
const WITHOUT_MANAGER: &str = "UPDATE teams SET manager_id = NULL
        WHERE organization_id = old.organization_id AND manager_id = old.user_id;";
/// A name, when it fires, and what it does.
const TRIGGERS: [(&str, &str, &str); 3] = [
    ("organizations_defaults", "INSERT ON organizations", DEFAULTS),
    ("memberships_places", "INSERT ON memberships", PLACES),
    ("memberships_leave_teams", "DELETE ON memberships", WITHOUT_MANAGER),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What a writer of before has left since the last step.
        m0019_default_teams::fill(manager).await?;
        ask_for_team(manager, true).await?;
        dialect::run(manager, MEMBERS).await?;
        for (name, when, what) in TRIGGERS {
            let trigger = if dialect::is_postgres(manager) {
                vec![
                    format!(
                        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN {what} RETURN NULL; END $$"
                    ),
                    format!("CREATE TRIGGER {name} AFTER {when} FOR EACH ROW EXECUTE FUNCTION {name}()"),
                ]
            } else {
                vec![format!("CREATE TRIGGER {name} AFTER {when} BEGIN {what} END")]
            };
            dialect::run(manager, &trigger.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        }
        dialect::run(manager, &[EVERYBODY]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, when, _) in TRIGGERS {
            let table = when.rsplit(' ').next().unwrap_or_default();
            if dialect::is_postgres(manager) {
                let sql = [format!("DROP TRIGGER {name} ON {table}"), format!("DROP FUNCTION {name}")];
                dialect::run(manager, &[&sql[0], &sql[1]]).await?;
            } else {
                dialect::run(manager, &[&format!("DROP TRIGGER {name}")]).await?;
            }
        }
        let sql = &["DROP TABLE project_members", "DROP INDEX projects_team", "DROP INDEX projects_default"];
        dialect::run(manager, sql).await?;
        ask_for_team(manager, false).await
    }
}

/// Asks that a project has a team, or no longer does. SQLite has to make the table again, while no other points to it.
async fn ask_for_team(manager: &SchemaManager<'_>, ask: bool) -> Result<(), DbErr> {
    if dialect::is_postgres(manager) {
        let verb = if ask { "SET" } else { "DROP" };
        let alter = format!("ALTER TABLE projects ALTER COLUMN team_id {verb} NOT NULL");
        return dialect::run(manager, &[&alter]).await;
    }
    dialect::run(
        manager,
        &[
            &PROJECTS.replace("{null}", if ask { "NOT NULL" } else { "" }),
            "INSERT INTO new_projects SELECT * FROM projects",
            "DROP TABLE projects",
            "ALTER TABLE new_projects RENAME TO projects",
        ],
    )
    .await
}
