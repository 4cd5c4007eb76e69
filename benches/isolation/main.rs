//! Whether the time of an answer tells that someone else's organization is there: what is another's beside what never
//! was, asked in turn, in three runs of 1,000 pairs.
//!
//! ```text
//! cargo bench --bench isolation
//! ```
//! For each address the figure is the chance that the answer about another's organization took longer than the one about
//! none (the area under the ROC curve): 0.5 tells nothing. Outside of 0.47 to 0.53 the benchmark fails.
#![allow(clippy::print_stdout, reason = "a table is what this is for")]

#[path = "../ground/mod.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest")]
mod ground;

use std::time::{Duration, Instant};

use anyhow::ensure;
use reqwest::redirect::Policy;

use ground::data::{Databases, connect, give_away, seed};
use ground::site::Site;

const RUNS: usize = 3;
const PAIRS: usize = 1000;
/// Asked before anything counts.
const WARM_UP: usize = 200;
/// People of the foreign organization.
const PEOPLE: usize = 1000;
/// What the figure may be.
const TELLS_NOTHING: std::ops::RangeInclusive<f64> = 0.47..=0.53;

const ACME: &str = "0192f0c1-0000-7000-8000-00000000000a";
const NEVER: &str = "0192f0c1-0000-7000-8000-00000000000b";

fn main() -> anyhow::Result<()> {
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    actix_web::rt::System::new().block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let mut databases = Databases::open().await?;
    let mut told = Vec::new();
    println!("{:<12} {:<42} {:>6} {:>9} {:>9}", "", "", "AUC", "another\u{2019}s", "none");
    for engine in databases.engines() {
        let url = databases.create(engine).await?;
        let site = Site::start(&url, databases.folder(), "multi").await?;
        fill(&url).await?;
        for (path, another, none) in targets() {
            let (auc, median) = compare(&site, &another, &none).await?;
            println!("{engine:<12} {path:<42} {auc:>6.3} {:>6} µs {:>6} µs", median.0, median.1);
            if !TELLS_NOTHING.contains(&auc) {
                told.push(format!("{engine} {path}: {auc:.3}"));
            }
        }
    }
    databases.remove().await?;
    ensure!(told.is_empty(), "the time of an answer tells: {}", told.join(", "));
    Ok(())
}

/// Another organization with people in it, invites and events, to which the owner of the site does not belong.
async fn fill(url: &str) -> anyhow::Result<()> {
    seed(url, PEOPLE).await?;
    let connection = connect(url).await?;
    give_away(&connection, ACME, "acme").await?;
    Ok(connection.close().await?)
}

/// What is asked: how the table calls it, of another's organization, and of none.
fn targets() -> Vec<(&'static str, String, String)> {
    let page = |slug: &str, rest: &str| format!("/orgs/{slug}{rest}");
    let api = |id: &str, rest: &str| format!("/api/organizations/{id}{rest}");
    let users = "/settings/admin/users";
    vec![
        ("/orgs/{org}", page("acme", ""), page("none", "")),
        ("/orgs/{org}/settings/admin/users", page("acme", users), page("none", users)),
        ("/api/organizations/{id}", api(ACME, ""), api(NEVER, "")),
        ("/api/organizations/{id}/admin/users", api(ACME, "/admin/users"), api(NEVER, "/admin/users")),
    ]
}

/// The figure, and the medians in microseconds.
async fn compare(site: &Site, another: &str, none: &str) -> anyhow::Result<(f64, (u128, u128))> {
    let client = reqwest::Client::builder().redirect(Policy::none()).build()?;
    for _ in 0..WARM_UP {
        ask(&client, site, another).await?;
        ask(&client, site, none).await?;
    }
    let (mut theirs, mut nothing) = (Vec::new(), Vec::new());
    for pair in 0..RUNS * PAIRS {
        // Which is asked first takes turns: neither has the other's warmth permanently.
        if pair % 2 == 0 {
            theirs.push(ask(&client, site, another).await?);
            nothing.push(ask(&client, site, none).await?);
        } else {
            nothing.push(ask(&client, site, none).await?);
            theirs.push(ask(&client, site, another).await?);
        }
    }
    theirs.sort_unstable();
    nothing.sort_unstable();
    let median = |times: &[Duration]| times[times.len() / 2].as_micros();
    Ok((area(&theirs, &nothing), (median(&theirs), median(&nothing))))
}

async fn ask(client: &reqwest::Client, site: &Site, path: &str) -> anyhow::Result<Duration> {
    let request = client.get(format!("http://localhost:{}{path}", site.port)).header("cookie", &site.cookie);
    let begun = Instant::now();
    let answer = request.send().await?;
    let status = answer.status();
    answer.bytes().await?;
    let took = begun.elapsed();
    ensure!(status == 404, "{path}: {status}");
    Ok(took)
}

/// The share of pairs of one each in which the first is the longer, with ties for a half; both are sorted.
fn area(longer: &[Duration], shorter: &[Duration]) -> f64 {
    let halves = |time: &Duration| {
        let below = shorter.partition_point(|other| other < time);
        let up_to = shorter.partition_point(|other| other <= time);
        below + up_to
    };
    let halves: usize = longer.iter().map(halves).sum();
    let all = 2 * longer.len() * shorter.len();
    // In thousandths, which are exact.
    f64::from(u32::try_from(halves * 1000 / all).unwrap_or(u32::MAX)) / 1000.0
}
