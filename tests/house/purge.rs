//! A purge that is killed at any moment is finished by the instance that is started next (rule P9, threat T14).

use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use gatehouse::role::Role;

use super::faults::server::Server;
use crate::web::support::{Belongings, Dice, TestApp, on_both_databases};

/// People of the organization, as many invites, and ten times as many events.
const PEOPLE: usize = 600;
/// Tables whose rows are its own.
const TABLES: [&str; 3] = ["events", "invites", "memberships"];
/// How long it may take to come to an end, or to begin.
const PATIENCE: Duration = Duration::from_mins(1);

fn rounds() -> usize {
    if std::env::var_os("CI").is_some() { 30 } else { 5 }
}

/// Writes Acme with its people, invites and events, whose time has come; gives its id.
async fn acme(house: &TestApp) -> String {
    let acme = house.organization("Acme", "acme").await;
    let events = PEOPLE * 10;
    let numbers = format!(
        "WITH RECURSIVE numbers (n) AS
            (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {events})"
    );
    for sql in [
        format!(
            "{numbers} INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
             SELECT '{acme}', 'p' || n, 'owner', 'P', 'p' || n || '@acme.test', 0, 0 FROM numbers WHERE n <= {PEOPLE}"
        ),
        format!(
            "{numbers} INSERT INTO invites (id, organization_id, email, role, state, generation, invited_by,
                invited_by_name, batch, created_at, expires_at)
             SELECT 'i' || n, '{acme}', 'i' || n || '@acme.test', 'member', 'open', 1, 'p1', 'P', 'b', 0, 1
             FROM numbers WHERE n <= {PEOPLE}"
        ),
        format!(
            "{numbers} INSERT INTO events (id, organization_id, number, at, action, outcome, actor_id, actor, target,
                address, user_agent, request_id)
             SELECT 'e' || n, '{acme}', n, 0, 'user.left', 'done', 'p1', 'P', 'P', '', '', '' FROM numbers"
        ),
        format!("INSERT INTO event_heads (organization_id, number, at) VALUES ('{acme}', {events}, 0)"),
        format!("UPDATE organizations SET state = 'deleting', purge_at = 1 WHERE id = '{acme}'"),
    ] {
        house.script(&sql).await;
    }
    acme
}

/// An installation that no one serves: with people, and with an organization that stays.
async fn prepare(house: &TestApp) -> Server {
    house.stop().await;
    house.claim_installation().await;
    let globex = house.organization("Globex", "globex").await;
    house.enroll("gil@globex.test", &globex, Role::Owner).await;
    house.enroll("own@default.test", "default", Role::Owner).await;
    let people = format!(
        "WITH RECURSIVE numbers (n) AS
            (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {PEOPLE})
         INSERT INTO users (id, email, name, status, created_at)
         SELECT 'p' || n, 'p' || n || '@acme.test', 'P', 'active', 0 FROM numbers"
    );
    house.run(&people, []).await;
    Server::on(&house.database_url(), &house.provider.issuer).with(&[("GATEHOUSE_TENANCY", "multi")])
}

/// How many rows there still are, and the organization's own.
async fn left(house: &TestApp, acme: &str) -> i64 {
    let rows = TABLES.map(|table| format!("(SELECT count(*) FROM {table} WHERE organization_id = '{acme}')"));
    let own = format!("(SELECT count(*) FROM organizations WHERE id = '{acme}')");
    house.count(&format!("SELECT {} + {own}", rows.join(" + "))).await
}

/// Lives until so long after the purge goes on; tells whether there is anything left.
async fn live(server: &mut Server, house: &TestApp, acme: &str, life: Duration) -> bool {
    let before = left(house, acme).await;
    server.spawn();
    let begun = Instant::now();
    while left(house, acme).await == before {
        assert!(begun.elapsed() < PATIENCE, "it does not go on: {}", server.log());
        sleep(Duration::from_millis(5)).await;
    }
    sleep(life).await;
    server.kill();
    left(house, acme).await > 0
}

on_both_databases!(a_purge_that_is_killed_at_random_is_finished_when_it_is_run_again);

async fn a_purge_that_is_killed_at_random_is_finished_when_it_is_run_again(house: &TestApp) {
    let mut server = prepare(house).await;
    let belongings = Belongings::of(house).await;
    let (mut dice, mut kills) = (Dice::seeded(), 0);
    let seed = dice.seed;
    for round in 0..rounds() {
        let acme = acme(house).await;
        // Of several lives the first is short: as long as a part of the purge takes.
        let mut longest = 150;
        loop {
            let life = Duration::from_millis(dice.roll(longest) as u64);
            longest = 800;
            let goes_on = live(&mut server, house, &acme, life).await;
            let missing = belongings.missing(house).await;
            assert!(missing.is_empty(), "SEED={seed}, round {round}: {missing:?}");
            if !goes_on {
                break;
            }
            kills += 1;
        }
        let others = house.rows_in("memberships").await;
        assert_eq!(others, 2, "SEED={seed}, round {round}: nobody else's are touched");
        let accounts = house.count("SELECT count(*) FROM users WHERE email LIKE 'p%@acme.test'").await;
        assert_eq!(usize::try_from(accounts), Ok(PEOPLE), "accounts are the people's own");
    }
    assert!(kills >= rounds() / 2, "killed {kills} times");
}
