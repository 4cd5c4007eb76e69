//! What many organizations cost: one of 100,000 people and 1,000 of 100, beside a single organization with as many.
//!
//! ```text
//! cargo bench --bench organizations
//! ```
//! Both are asked in turn; a page's p99 is to be within 1.5 times of the single organization's, resident memory within
//! 5 MB, and what goes on while no one asks within 1 % of a core. Else the benchmark fails.
#![allow(clippy::print_stdout, reason = "a table is what this is for")]

#[path = "../ground/mod.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest")]
mod ground;

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use sea_orm::ConnectionTrait;

use ground::data::{COMMON, Databases, Engine, RARE, connect, seed, settle};
use ground::site::Site;

/// People of the large organization, and as many in the small ones together.
const PEOPLE: usize = 100_000;
const ORGANIZATIONS: usize = 1000;
/// Those of the small ones that the owner belongs to, too.
const OWN: usize = 20;
const SAMPLES: usize = 1000;
const SIGN_INS: usize = 200;
/// Asked before anything counts.
const WARM_UP: usize = 100;
/// p99 of many organizations, of that of one.
const RATIO: f64 = 1.5;
/// Resident memory beyond that of one organization, in KB.
const MEMORY: i64 = 5 * 1024;
/// Of a core, while no one asks.
const IDLE: f64 = 0.01;
/// How long no one asks.
const QUIET: Duration = Duration::from_mins(1);

fn main() -> anyhow::Result<()> {
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    actix_web::rt::System::new().block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let mut databases = Databases::open().await?;
    let mut missed = Vec::new();
    for engine in databases.engines() {
        println!("{engine}: {} people twice …", 2 * PEOPLE);
        let one = start(&mut databases, engine, "single").await?;
        let many = start(&mut databases, engine, "multi").await?;
        println!("resident memory before: {} MB and {} MB", resident(&one)? / 1024, resident(&many)? / 1024);
        println!(
            "\n| {engine} | one p50 ms | one p99 | many p50 | many p99 | p99 ÷ p99 |\n|---|--:|--:|--:|--:|--:|"
        );
        for (what, single, multi) in pages() {
            let (one_times, many_times) = compare(&one, &many, &single, &multi).await?;
            missed.extend(row(engine, what, &one_times, &many_times));
        }
        let (one_times, many_times) = sign_ins(&one, &many).await?;
        missed.extend(row(engine, "sign-in", &one_times, &many_times));
        let more = resident(&many)? - resident(&one)?;
        println!(
            "\nresident memory: {} MB, {:+} KB of one organization\u{2019}s",
            resident(&many)? / 1024,
            more
        );
        if more > MEMORY {
            missed.push(format!("{engine}: {more} KB more"));
        }
        let before = busy(&many)?;
        actix_web::rt::time::sleep(QUIET).await;
        let idle = (busy(&many)? - before) / QUIET.as_secs_f64();
        println!("while nobody asks: {:.2} % of a core\n", idle * 100.0);
        if idle > IDLE {
            missed.push(format!("{engine}: {:.2} % of a core while nobody asks", idle * 100.0));
        }
    }
    databases.remove().await?;
    ensure!(missed.is_empty(), "not met: {}", missed.join(", "));
    println!("All goals are met.");
    Ok(())
}

/// A Gatehouse with twice as many people as the large organization has, of one organization or of all of them.
async fn start(databases: &mut Databases, engine: Engine, tenancy: &str) -> anyhow::Result<Site> {
    let is_multi = tenancy == "multi";
    let url = databases.create(engine).await?;
    let site = Site::start(&url, databases.folder(), tenancy).await?;
    seed(&url, 2 * PEOPLE).await?;
    if is_multi {
        divide(&url).await?;
    }
    Ok(site)
}

/// Moves half of the people to the small organizations, each of which has keys of its own; the owner belongs to some.
async fn divide(url: &str) -> anyhow::Result<()> {
    let connection = connect(url).await?;
    let numbers = format!(
        "WITH RECURSIVE numbers (n) AS (
            SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {ORGANIZATIONS} - 1)"
    );
    for sql in [
        format!(
            "{numbers} INSERT INTO organizations (id, slug, name, version, created_at, updated_at)
             SELECT 'org-' || n, 'org-' || n, 'Organization ' || n, 1, 0, 0 FROM numbers"
        ),
        format!(
            "{numbers} INSERT INTO org_settings (organization_id, allowed_domains, domain_gating_enabled, allowed_emails,
                email_allowlist_enabled, open_sign_up, version, updated_at)
             SELECT 'org-' || n, allowed_domains, FALSE, allowed_emails, FALSE, FALSE, 1, 0
             FROM numbers CROSS JOIN org_settings WHERE organization_id = 'default'"
        ),
        // A place in a team is one in the organization that it is of.
        "DELETE FROM project_members".to_owned(),
        "DELETE FROM team_members".to_owned(),
        format!(
            "UPDATE memberships SET organization_id = 'org-' || (CAST(substr(user_id, 7) AS BIGINT) % {ORGANIZATIONS})
             WHERE user_id LIKE 'bench-%' AND CAST(substr(user_id, 7) AS BIGINT) > {PEOPLE}"
        ),
        format!(
            "{numbers} INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
             SELECT 'org-' || n, user_id, 'admin', name, email, 0, 0 FROM numbers CROSS JOIN memberships
             WHERE role = 'owner' AND n < {OWN}"
        ),
        // A role that comes gives the session another id, which the cookie here would not follow.
        "UPDATE sessions SET renewal_due = FALSE".to_owned(),
        format!(
            "{numbers} INSERT INTO llm_keys (id, organization_id, provider, sealed_key, last_four, set_by, set_by_name,
                created_at, updated_at)
             SELECT 'key-' || n || provider, 'org-' || n, provider, 'v1.none.AAAA', 'cdef', 'bench-1', 'Ada', 0, 0
             FROM numbers CROSS JOIN (SELECT 'openai' AS provider UNION ALL SELECT 'anthropic' UNION ALL SELECT 'google') p"
        ),
    ] {
        connection.execute_unprepared(&sql).await.context(sql)?;
    }
    settle(connection).await
}

/// What is asked: how the table calls it, of one organization and of many.
fn pages() -> Vec<(&'static str, String, String)> {
    let users = |query: &str| format!("/settings/admin/users{query}");
    let at = |slug: &str, path: String| format!("/orgs/{slug}{path}");
    let (common, rare) = (format!("?q={COMMON}"), format!("?q={RARE}"));
    vec![
        ("users, of 100,000", users(""), at("default", users(""))),
        ("users, of 100", users(""), at("org-3", users(""))),
        ("search, 1 in 10 matches", users(&common), at("default", users(&common))),
        ("search, 1 person matches", users(&rare), at("default", users(&rare))),
        ("search among 100", users(&common), at("org-3", users(&common))),
        (
            "General, with the switcher",
            "/settings/admin".to_owned(),
            at("default", "/settings/admin".to_owned()),
        ),
        // Where there is one organization, the page that is most like it is the person's own.
        ("chooser", "/settings".to_owned(), "/orgs".to_owned()),
    ]
}

type Times = Vec<Duration>;

async fn compare(one: &Site, many: &Site, single: &str, multi: &str) -> anyhow::Result<(Times, Times)> {
    let client = reqwest::Client::builder().redirect(Policy::none()).build()?;
    for _ in 0..WARM_UP {
        ask(&client, one, single).await?;
        ask(&client, many, multi).await?;
    }
    let (mut ones, mut manys) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        ones.push(ask(&client, one, single).await?);
        manys.push(ask(&client, many, multi).await?);
    }
    Ok((ones, manys))
}

async fn sign_ins(one: &Site, many: &Site) -> anyhow::Result<(Times, Times)> {
    let (mut ones, mut manys) = (Vec::new(), Vec::new());
    for n in 0..SIGN_INS + WARM_UP / 10 {
        let (first, second) = (one.sign_in(n).await?, many.sign_in(n).await?);
        if n >= WARM_UP / 10 {
            ones.push(first);
            manys.push(second);
        }
    }
    Ok((ones, manys))
}

async fn ask(client: &reqwest::Client, site: &Site, path: &str) -> anyhow::Result<Duration> {
    let request = client.get(format!("http://localhost:{}{path}", site.port)).header("cookie", &site.cookie);
    let begun = Instant::now();
    let answer = request.send().await?;
    let (status, location) = (answer.status(), answer.headers().get(LOCATION).cloned());
    answer.bytes().await?;
    ensure!(status == 200, "{path}: {status} {location:?}");
    Ok(begun.elapsed())
}

/// Prints a row; what is missed, if it is.
fn row(engine: Engine, what: &str, one: &Times, many: &Times) -> Option<String> {
    let (one, many) = ([at(one, 50), at(one, 99)], [at(many, 50), at(many, 99)]);
    let ratio = many[1] / one[1];
    println!("| {what} | {:.2} | {:.2} | {:.2} | {:.2} | {ratio:.2} |", one[0], one[1], many[0], many[1]);
    (ratio > RATIO).then(|| format!("{engine}, {what}: {ratio:.2}"))
}

/// A percentile, in milliseconds.
fn at(times: &Times, percent: usize) -> f64 {
    let mut sorted = times.clone();
    sorted.sort_unstable();
    let place = (sorted.len() * percent / 100).min(sorted.len() - 1);
    sorted[place].as_secs_f64() * 1000.0
}

/// In KB.
fn resident(site: &Site) -> anyhow::Result<i64> {
    Ok(site.process.resident()?.try_into()?)
}

/// Seconds of a core that the process has used so far.
fn busy(site: &Site) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", site.process.id()))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    // utime and stime, in hundredths of a second (proc(5)).
    Ok((ticks(11) + ticks(12)) / 100.0)
}
