//! How long a writer waits while an organization of 100,000 people and 1,000,000 events is purged.
//!
//! ```text
//! cargo bench --bench purge
//! ```
//! Two write all the time: one asks the Gatehouse that purges to change another organization, one writes to its database
//! from another process. A writer that waits longer than a second makes the benchmark fail.
#![allow(clippy::print_stdout, reason = "a table is what this is for")]

#[path = "../ground/mod.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest")]
mod ground;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use anyhow::ensure;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::json;

use ground::data::{Databases, Engine, connect, give_away, seed, settle};
use ground::site::Site;

/// Ten events for each.
const PEOPLE: usize = 100_000;
/// As long as anyone may wait.
const GOAL: Duration = Duration::from_secs(1);
/// Between two changes of one writer.
const REST: Duration = Duration::from_millis(5);
/// As long as a purge may take.
const PATIENCE: Duration = Duration::from_mins(20);

const HUGE: &str = "0192f0c1-0000-7000-8000-00000000000a";

fn main() -> anyhow::Result<()> {
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    actix_web::rt::System::new().block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let mut databases = Databases::open().await?;
    let mut missed = Vec::new();
    println!("| | purged in s | who writes | changes | p50 ms | p99 ms | longest ms |");
    println!("|---|--:|---|--:|--:|--:|--:|");
    for engine in databases.engines() {
        let url = databases.create(engine).await?;
        let site = Site::start(&url, databases.folder(), "multi").await?;
        fill(&url).await?;
        missed.extend(measure(engine, &site, &url).await?);
    }
    databases.remove().await?;
    ensure!(missed.is_empty(), "longer than {} ms: {}", GOAL.as_millis(), missed.join(", "));
    println!("Nobody waits longer than {} ms.", GOAL.as_millis());
    Ok(())
}

/// Gives everyone but the owner of the site, and all that has happened, to the organization that is to go.
async fn fill(url: &str) -> anyhow::Result<()> {
    seed(url, PEOPLE).await?;
    let connection = connect(url).await?;
    give_away(&connection, HUGE, "huge").await?;
    let events = format!("UPDATE events SET organization_id = '{HUGE}' WHERE number > 1000000000");
    connection.execute_unprepared(&events).await?;
    settle(connection).await
}

/// Has it purged while two others write; tells who waited too long.
async fn measure(engine: Engine, site: &Site, url: &str) -> anyhow::Result<Vec<String>> {
    let (rows, elsewhere) = (connect(url).await?, connect(url).await?);
    rows.execute_unprepared(&format!(
        "UPDATE organizations SET state = 'deleting', purge_at = 1 WHERE id = '{HUGE}'"
    ))
    .await?;
    let over = AtomicBool::new(false);
    let asks = write_until(&over, async |n| ask(site, n).await);
    let writes = write_until(&over, async |n| write(&elsewhere, n).await);
    let purge = async {
        let took = until_gone(&rows).await;
        over.store(true, Ordering::Relaxed);
        took
    };
    let (asked, written, took) = futures_util::future::join3(asks, writes, purge).await;
    let took = took?.as_secs();
    let rows = [("through the same Gatehouse", asked?), ("another process", written?)];
    Ok(rows.into_iter().filter_map(|(who, times)| row(engine, took, who, times)).collect())
}

async fn write_until(
    over: &AtomicBool,
    change: impl AsyncFn(usize) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        change(times.len()).await?;
        times.push(begun.elapsed());
        sleep(REST).await;
    }
    Ok(times)
}

/// Changes the settings of the organization that stays.
async fn ask(site: &Site, n: usize) -> anyhow::Result<()> {
    let base = format!("http://localhost:{}", site.port);
    let name = json!({ "name": format!("Organization {n}") });
    let request = reqwest::Client::new().patch(format!("{base}/api/organizations/default"));
    let answer = request.header("cookie", &site.cookie).header("origin", base).json(&name).send().await?;
    ensure!(answer.status() == 200, "{}: {}", answer.status(), answer.text().await?);
    Ok(())
}

/// The same row, from another process.
async fn write(connection: &DatabaseConnection, n: usize) -> anyhow::Result<()> {
    let sql = format!("UPDATE organizations SET updated_at = {n} WHERE id = 'default'");
    connection.execute_unprepared(&sql).await?;
    Ok(())
}

/// How long it takes from the first row that goes to the last.
async fn until_gone(rows: &DatabaseConnection) -> anyhow::Result<Duration> {
    let state = format!("SELECT state FROM organizations WHERE id = '{HUGE}'");
    let (asked, mut begun) = (Instant::now(), None);
    loop {
        ensure!(asked.elapsed() < PATIENCE, "the purge does not end");
        let statement = Statement::from_string(rows.get_database_backend(), state.as_str());
        match rows.query_one_raw(statement).await? {
            None => return Ok(begun.unwrap_or(asked).elapsed()),
            Some(row) if row.try_get_by_index::<String>(0)? == "purging" => {
                begun.get_or_insert_with(Instant::now);
            }
            Some(_) => {}
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Prints a row; what is missed, if it is.
fn row(engine: Engine, took: u64, who: &str, mut times: Vec<Duration>) -> Option<String> {
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    let longest = times.last().copied().unwrap_or(Duration::MAX);
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "| {engine} | {took} | {who} | {} | {:.1} | {:.1} | {:.0} |",
        times.len(),
        ms(at(50)),
        ms(at(99)),
        ms(longest)
    );
    (longest > GOAL).then(|| format!("{engine}, {who}: {:.0} ms", ms(longest)))
}
