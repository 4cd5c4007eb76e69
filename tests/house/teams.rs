//! The three steps to projects in teams (nullable, backfill, NOT NULL): whatever is there when one of them is done later is
//! in its place afterwards.

use gatehouse::app::connect;

use crate::web::support::Database;

/// Steps from there to the newest schema: with tokens, with the demand, with the backfill, and with the tables.
const STEPS: [u32; 4] = [8, 9, 10, 11];

const PLACES: &str =
    "SELECT m.organization_id || ' ' || m.user_id || ' ' || t.name || ' ' || p.name || ' ' || pm.role
    FROM memberships m
    JOIN team_members tm ON tm.user_id = m.user_id AND tm.organization_id = m.organization_id
    JOIN teams t ON t.id = tm.team_id AND t.is_default AND t.organization_id = m.organization_id
    JOIN projects p ON p.team_id = t.id AND p.is_default
    JOIN project_members pm ON pm.project_id = p.id AND pm.user_id = m.user_id
    ORDER BY 1";

#[actix_web::test]
async fn a_run_that_stopped_between_any_two_steps_is_finished_by_the_next_with_all_that_came_meanwhile() {
    for steps in STEPS {
        for database in Database::each().await {
            let db = connect(&database.url()).await.expect("a database");
            db.migrate_up().await.expect("up");
            let world = database.connect().await;
            world
                .script(
                    "INSERT INTO users (id, email, name, status, created_at)
                 VALUES ('ada', 'ada@acme.test', 'Ada', 'active', 0)",
                )
                .await;
            world.script("INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
                 VALUES ('default', 'ada', 'owner', 'Ada', 'ada@acme.test', 0, 0)").await;
            db.migrate_down(steps).await.expect("down");
            world
                .script(
                    "INSERT INTO organizations (id, slug, name, version, created_at, updated_at)
                 VALUES ('o''2', 'globex', 'Globex', 1, 7, 7)",
                )
                .await;
            world.script("INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
                 VALUES ('o''2', 'ada', 'member', 'Ada', 'ada@globex.test', 0, 0)").await;
            db.migrate_up().await.expect("up again");
            let places = ["default ada Default Default viewer", "o'2 ada Default Default viewer"];
            assert_eq!(world.texts(PLACES).await, places, "{steps} steps");
            let ids = world.texts("SELECT id FROM teams UNION ALL SELECT id FROM projects").await;
            assert_eq!(ids.len(), 4);
            assert!(ids.iter().all(|id| id.len() == 36), "nobody can guess one: {ids:?}");
            let without = "INSERT INTO projects (id, organization_id, slug, name, is_default, created_at)
                VALUES ('x', 'default', 'x', 'X', FALSE, 0)";
            assert!(world.refuses(without).await, "a project is in a team");
            let foreign =
                "INSERT INTO projects (id, organization_id, team_id, slug, name, is_default, created_at)
                SELECT 'x', 'default', id, 'x', 'X', FALSE, 0 FROM teams WHERE organization_id = 'o''2'";
            assert!(world.refuses(foreign).await, "and in one of its own organization");
            world.close().await;
            db.close().await;
            database.drop().await;
        }
    }
}

#[actix_web::test]
async fn who_leaves_an_organization_leaves_its_teams_and_projects_and_manages_none_any_more() {
    for database in Database::each().await {
        let db = connect(&database.url()).await.expect("a database");
        db.migrate_up().await.expect("up");
        let world = database.connect().await;
        world
            .script(
                "INSERT INTO users (id, email, name, status, created_at)
             VALUES ('ada', 'ada@acme.test', 'Ada', 'active', 0)",
            )
            .await;
        world.script("INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
             VALUES ('default', 'ada', 'owner', 'Ada', 'ada@acme.test', 0, 0)")
        .await;
        world.script("UPDATE teams SET manager_id = 'ada'").await;
        world.script("INSERT INTO tokens (id, organization_id, user_id, name, prefix, hash, scopes, created_at, created_by,
                created_by_name, expires_at)
             VALUES ('t', 'default', 'ada', 'T', 'gh_', 'h', '', 0, 'ada', 'Ada', 1)").await;
        world.script("DELETE FROM memberships").await;
        for left in ["team_members", "project_members", "tokens", "teams WHERE manager_id IS NOT NULL"] {
            let count = format!("SELECT CAST(count(*) AS TEXT) FROM {left}");
            assert_eq!(world.texts(&count).await, ["0"], "{left}");
        }
        world.close().await;
        db.close().await;
        database.drop().await;
    }
}
