//! The step to many organizations keeps what is there, up and down, and an interrupted one has not happened.

use gatehouse::app::connect;
use gatehouse::db::Db;

use crate::web::support::{Database, World};

/// How many steps there are from one organization to many, to what they can do, and to their teams and tokens.
const STEPS: u32 = 15;

/// The schema of before, with people, mails and refusals in it that are not as one would think.
async fn before(database: &Database) -> (Db, World) {
    let db = connect(&database.url()).await.expect("a database");
    db.migrate_up().await.expect("up");
    db.migrate_down(STEPS).await.expect("the steps down");
    let world = database.connect().await;
    for sql in [
        "INSERT INTO organizations (id, slug, name, version, created_at, updated_at, awaited_owner)
             VALUES ('o''2', 'globex', 'Glo\"bex; --', 1, 0, 0, 'gil@globex.test')",
        "INSERT INTO users (id, email, name, status, created_at) VALUES
             ('ada', 'ada@acme.test', 'Ädä Łovelace', 'active', 0),
             ('ben', 'ben@acme.test', 'Ben', 'deactivated', 0),
             ('cy', 'cy@acme.test', '', 'active', 0),
             ('dan', 'dan@acme.test', 'Dan', 'active', 0)",
        "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at, locked_out_at)
             VALUES ('default', 'ada', 'owner', 'Ädä Łovelace', 'ada@acme.test', 0, 0, NULL),
                    ('o''2', 'ada', 'member', 'Ädä Łovelace', 'ada@acme.test', 0, 0, NULL),
                    ('default', 'ben', 'member', 'Ben', 'ben@acme.test', 0, 0, NULL),
                    ('default', 'cy', 'member', '', 'cy@acme.test', 0, 0, 7),
                    ('default', 'dan', 'member', 'Dan', 'dan@acme.test', 0, 0, NULL)",
        "INSERT INTO sessions (key_hash, id, user_id, address, user_agent, created_at, last_seen_at)
             VALUES ('h', 's', 'ada', '', '', 0, 0)",
        "INSERT INTO denials (id, organization_id, email, provider, decided_by, detail, times, last_at)
             VALUES ('d1', 'default', '', 'idp', 'address', 'it''s', 3, 1), ('d2', 'o''2', '', 'idp', 'x', '', 1, 1)",
        "INSERT INTO outbox (id, organization_id, recipient, letter, message_id, state, attempts, next_at, created_at)
             VALUES ('m', 'default', 'sam@acme.test', '{\"kind\": \"test\"}', '<m@x>', 'queued', 0, 0, 0)",
    ] {
        world.script(sql).await;
    }
    (db, world)
}

const MEMBERS: &str =
    "SELECT user_id || ' ' || organization_id || ' ' || email || ' ' || status FROM memberships
    ORDER BY user_id, organization_id";

#[actix_web::test]
async fn what_was_there_is_there_afterwards_up_down_and_up_again() {
    for database in Database::each().await {
        let (db, world) = before(&database).await;
        let kept = [
            "ada default ada@acme.test active",
            "ada o'2 ada@acme.test active",
            "ben default ben@acme.test deactivated",
            "cy default cy@acme.test locked_out",
            "dan default dan@acme.test active",
        ];
        assert_eq!(world.texts(MEMBERS).await, kept);
        db.migrate_up().await.expect("up");
        assert_eq!(world.texts(MEMBERS).await, kept);
        assert_eq!(
            world.texts("SELECT slug FROM organization_slugs ORDER BY slug").await,
            ["default", "globex"]
        );
        let fallback = "SELECT id FROM organizations WHERE env_fallback ORDER BY id";
        assert_eq!(world.texts(fallback).await, ["default"]);
        assert_eq!(world.texts("SELECT id FROM denials ORDER BY id").await, ["d1", "d2"]);
        assert_eq!(world.texts("SELECT id FROM outbox").await, ["m"]);
        // Once an organization is many, not everything is as it can be where there is one.
        for sql in [
            "UPDATE memberships SET suspended_at = 9 WHERE user_id = 'ada' AND organization_id = 'o''2'",
            "UPDATE memberships SET email = 'ada@globex.test' WHERE user_id = 'ada' AND organization_id = 'o''2'",
            "UPDATE memberships SET suspended_at = 9 WHERE user_id = 'dan'",
            "INSERT INTO denials (id, organization_id, email, provider, decided_by, detail, times, last_at)
                 VALUES ('d3', NULL, '', 'idp', 'x', '', 1, 1)",
            "INSERT INTO outbox (id, organization_id, recipient, letter, message_id, state, attempts, next_at, created_at)
                 VALUES ('n', NULL, 'sam@acme.test', '{}', '<n@x>', 'queued', 0, 0, 0)",
            "UPDATE organizations SET slug = 'glob-2' WHERE id = 'o''2'",
            "INSERT INTO organizations (id, slug, name, version, created_at, updated_at, state, purge_at, state_by)
                 VALUES ('o3', 'going', 'Going', 1, 0, 0, 'purging', 5, 'Ädä')",
            "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
                 VALUES ('o3', 'cy', 'owner', '', 'cy@acme.test', 0, 0)",
            "UPDATE users SET operator = TRUE WHERE id = 'ada'",
            "INSERT INTO awaited_operators (email, granted_at) VALUES ('o''hara@acme.test', 0)",
            "INSERT INTO operator_entries (id, session_id, user_id, organization_id, reason, entered_at, expires_at)
                 VALUES ('e', 'gone', 'ada', 'o''2', 'it''s \"odd\"; --', 0, 1)",
            "INSERT INTO failing_work (organization_id, task, since, problem) VALUES ('o3', 'Purge', 0, '')",
        ] {
            world.script(sql).await;
        }
        let twice =
            "INSERT INTO denials (id, organization_id, email, provider, decided_by, detail, times, last_at)
             VALUES ('d4', NULL, '', 'idp', 'x', '', 1, 1)";
        assert!(world.refuses(twice).await, "a line for each address, of the installation, too");
        let suspended = "SELECT status FROM memberships WHERE email = 'ada@globex.test'";
        assert_eq!(world.texts(suspended).await, ["deactivated"]);
        db.migrate_down(STEPS).await.expect("down");
        let without = [
            kept[0],
            "ada o'2 ada@acme.test locked_out",
            kept[2],
            kept[3],
            "cy o3 cy@acme.test locked_out",
            "dan default dan@acme.test deactivated",
        ];
        assert_eq!(world.texts(MEMBERS).await, without, "who was kept out is kept out");
        assert_eq!(world.texts("SELECT id FROM denials ORDER BY id").await, ["d1", "d2"]);
        assert_eq!(world.texts("SELECT id FROM outbox").await, ["m"]);
        world.script("UPDATE users SET email = 'ada@new.test' WHERE id = 'ada'").await;
        assert_eq!(
            world.texts("SELECT DISTINCT email FROM memberships WHERE user_id = 'ada'").await,
            ["ada@new.test"]
        );
        db.migrate_up().await.expect("up again");
        assert_eq!(world.texts(MEMBERS).await.len(), 6);
        if world.is_sqlite() {
            let found =
                "SELECT CAST(count(*) AS TEXT) FROM member_search WHERE member_search MATCH '\"Łovelace\"'";
            assert_eq!(world.texts(found).await, ["2"], "the search knows everybody");
        }
        world.script("DELETE FROM organizations WHERE id = 'o''2'").await;
        assert_eq!(world.texts(MEMBERS).await.len(), 5);
        world.close().await;
        db.close().await;
        database.drop().await;
    }
}

#[actix_web::test]
async fn a_step_that_is_interrupted_has_not_happened_and_is_done_by_the_next_run() {
    for database in Database::each().await {
        let (db, world) = before(&database).await;
        // Something in the way of one of its last statements.
        let (put, clear) = if world.is_sqlite() {
            ("CREATE TABLE new_outbox (x TEXT)", "DROP TABLE new_outbox")
        } else {
            (
                "CREATE FUNCTION organizations_slug() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
                "DROP FUNCTION organizations_slug",
            )
        };
        world.script(put).await;
        db.migrate_up().await.expect_err("it is in the way");
        assert!(!db.schema_status().await.expect("a status").is_current());
        assert!(world.refuses("SELECT suspended_at FROM memberships").await, "nothing is left");
        assert_eq!(world.texts(MEMBERS).await.len(), 5);
        world.script(clear).await;
        db.migrate_up().await.expect("up");
        assert!(db.schema_status().await.expect("a status").is_current());
        assert_eq!(world.texts(MEMBERS).await.len(), 5);
        world.close().await;
        db.close().await;
        database.drop().await;
    }
}
