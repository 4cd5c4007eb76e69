//! Migrations and entities agree, go forward and back, and are run by one instance at a time.

use futures_util::future::join_all;
use gatehouse::app::connect;
use gatehouse::db::{Db, Reader};
use gatehouse::entity::{
    denial, event, event_head, former_member, heartbeat, identity, instance, invite, invite_batch,
    kept_answer, llm_key, llm_key_health, membership, org_settings, organization, organization_slug, outbox,
    session, sign_in_flow, sign_in_link, suspension, switched_off_provider, unlinked_identity, user,
};
use migration::{Migrator, MigratorTrait};
use sea_orm::EntityTrait;

use crate::web::support::{Database, World};

async fn open(database: &Database) -> Db {
    connect(&database.url()).await.expect("a database")
}

#[actix_web::test]
async fn every_entity_reads_its_table() {
    for database in Database::each_empty().await {
        let db = open(&database).await;
        db.migrate_up().await.expect("migrated");
        let rows = db.outside_any_organization();
        reads::<organization::Entity>(rows).await;
        reads::<organization_slug::Entity>(rows).await;
        reads::<org_settings::Entity>(rows).await;
        reads::<user::Entity>(rows).await;
        reads::<identity::Entity>(rows).await;
        reads::<membership::Entity>(rows).await;
        reads::<session::Entity>(rows).await;
        reads::<sign_in_flow::Entity>(rows).await;
        reads::<sign_in_link::Entity>(rows).await;
        reads::<unlinked_identity::Entity>(rows).await;
        reads::<instance::Entity>(rows).await;
        reads::<event::Entity>(rows).await;
        reads::<event_head::Entity>(rows).await;
        reads::<heartbeat::Entity>(rows).await;
        reads::<denial::Entity>(rows).await;
        reads::<suspension::Entity>(rows).await;
        reads::<former_member::Entity>(rows).await;
        reads::<switched_off_provider::Entity>(rows).await;
        reads::<outbox::Entity>(rows).await;
        reads::<invite::Entity>(rows).await;
        reads::<invite_batch::Entity>(rows).await;
        reads::<kept_answer::Entity>(rows).await;
        reads::<llm_key::Entity>(rows).await;
        reads::<llm_key_health::Entity>(rows).await;
        db.close().await;
        database.drop().await;
    }
}

async fn reads<E: EntityTrait>(rows: &Reader) {
    E::find().all(rows).await.expect("the entity's columns");
}

#[actix_web::test]
async fn the_schema_goes_up_down_and_up_again() {
    for database in Database::each_empty().await {
        let db = open(&database).await;
        db.migrate_up().await.expect("up");
        let steps = db.schema_status().await.expect("a status").applied.len();
        for _ in 0..steps {
            db.migrate_down(1).await.expect("a step down");
        }
        assert!(db.schema_status().await.expect("a status").applied.is_empty());
        db.migrate_up().await.expect("up again");
        assert!(db.schema_status().await.expect("a status").is_current());
        let seeded = organization::Entity::find_by_id("default").one(db.outside_any_organization()).await;
        assert_eq!(seeded.expect("a table").expect("the organization").name, "My Organization");
        db.close().await;
        database.drop().await;
    }
}

/// Columns, indexes and what rows must hold to, a line each.
async fn schema(world: &World) -> Vec<String> {
    let sql = if world.is_sqlite() {
        "SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' '
            || COALESCE(c.dflt_value, '') || ' ' || c.pk AS line
         FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'
         UNION ALL SELECT type || ' ' || name || ' ' || sql FROM sqlite_master
         WHERE type <> 'table' AND sql IS NOT NULL
         UNION ALL SELECT 'key ' || t.name || '.' || f.\"from\" || ' ' || f.\"table\" || ' ' || f.on_delete
         FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
         ORDER BY 1"
    } else {
        "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
            || COALESCE(column_default, '') AS line
         FROM information_schema.columns WHERE table_schema = 'public'
         UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
         UNION ALL SELECT 'constraint ' || conrelid::regclass::text || ' ' || pg_get_constraintdef(oid)
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
         ORDER BY 1"
    };
    let in_one_line = |line: String| line.split_whitespace().collect::<Vec<_>>().join(" ");
    world.texts(sql).await.into_iter().map(in_one_line).collect()
}

#[actix_web::test]
async fn each_step_takes_back_all_that_it_has_made_and_makes_it_again() {
    for database in Database::each_empty().await {
        let db = open(&database).await;
        let world = database.connect().await;
        let mut before = Vec::new();
        for step in Migrator::migrations() {
            Migrator::up(world.connection(), Some(1)).await.expect("a step up");
            let after = schema(&world).await;
            Migrator::down(world.connection(), Some(1)).await.expect("a step down");
            let taken_back = schema(&world).await;
            // The first step finds a database without the table of steps.
            if !before.is_empty() {
                assert_eq!(taken_back, before, "{} down", step.name());
            }
            Migrator::up(world.connection(), Some(1)).await.expect("up again");
            assert_eq!(schema(&world).await, after, "{} up again", step.name());
            before = after;
        }
        world.close().await;
        db.close().await;
        database.drop().await;
    }
}

// X20
#[actix_web::test]
async fn of_four_instances_started_together_one_migrates_and_none_fails() {
    for database in Database::each_empty().await {
        let instances = join_all((0..4).map(|_| open(&database))).await;
        for result in join_all(instances.iter().map(Db::migrate_up)).await {
            result.expect("migrated, or found it done");
        }
        assert!(instances[0].schema_status().await.expect("a status").is_current());
        for db in instances {
            db.close().await;
        }
        database.drop().await;
    }
}

// X21
#[actix_web::test]
async fn a_newer_schema_is_refused_by_name() {
    for database in Database::each_empty().await {
        let db = open(&database).await;
        db.migrate_up().await.expect("up");
        let world = database.connect().await;
        world.script("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)").await;
        let refusal = db.migrate_up().await.expect_err("a refusal").to_string();
        assert!(refusal.contains("m9999_future") && refusal.contains("m0029_passkeys"), "{refusal}");
        world.close().await;
        db.close().await;
        database.drop().await;
    }
}
