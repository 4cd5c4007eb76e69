//! The users page beside that of another binary: what a change has gained or cost.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, COOKIE};

use crate::ground::data::{Databases, Engine, seed};
use crate::ground::load::{self, ROW, Round, Target};
use crate::ground::site::{FULL, Site};
use crate::{CONNECTIONS, Options};

/// How often both get their turn, of which one is the median.
const ROUNDS: u32 = 15;
const PAGE: &str = "/settings/admin/users";

/// One binary on a database of its own.
struct Side {
    site: Site,
    target: Target,
    rounds: Vec<Round>,
}

/// Loads the page of ours and of `other` in turn, for each kind of database and number of people.
pub async fn run(options: &Options, other: &Path, databases: &mut Databases) -> anyhow::Result<()> {
    println!("| database | users | | bytes | compressed | requests/s | p50 ms | p99 ms |");
    println!("|---|--:|---|--:|--:|--:|--:|--:|");
    for engine in databases.engines() {
        for &users in &options.users {
            let ours = Path::new(env!("CARGO_BIN_EXE_gatehouse"));
            let mut sides =
                [start(ours, engine, users, databases).await?, start(other, engine, users, databases).await?];
            for _ in 0..ROUNDS {
                for side in &mut sides {
                    side.load(Duration::from_secs_f64(options.seconds) / ROUNDS).await?;
                }
            }
            let [ours, theirs] = &sides;
            for (name, side) in [("ours", ours), ("other", theirs)] {
                side.print(&format!("| {engine} | {users} | {name} |")).await?;
            }
            println!("| {engine} | {users} | ratio | | | {:.2} | | |", ratio(&ours.rounds, &theirs.rounds));
        }
    }
    Ok(())
}

async fn start(
    binary: &Path,
    engine: Engine,
    users: usize,
    databases: &mut Databases,
) -> anyhow::Result<Side> {
    let url = databases.create(engine).await?;
    let site = Site::start_binary(binary, &url, databases.folder(), "single").await?;
    seed(&url, users).await?;
    let target = Target::new(site.port, PAGE, &format!("Cookie: {}", site.cookie), ROW, FULL);
    Ok(Side { site, target, rounds: Vec::new() })
}

/// Requests a second of ours for one of theirs: the median of the rounds.
fn ratio(ours: &[Round], theirs: &[Round]) -> f64 {
    let of_round = |(ours, theirs): (&Round, &Round)| ours.requests / theirs.requests;
    let mut ratios: Vec<f64> = ours.iter().zip(theirs).map(of_round).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or_default()
}

impl Side {
    async fn load(&mut self, time: Duration) -> anyhow::Result<()> {
        let round = load::round(&self.target, CONNECTIONS, time, || self.site.process.resident()).await?;
        self.rounds.push(round);
        Ok(())
    }

    async fn print(&self, what: &str) -> anyhow::Result<()> {
        let (bytes, compressed) = (self.target.ask().await?.len(), self.compressed().await?);
        let Round { requests, p50, p99, .. } = Round::median(&self.rounds);
        println!("{what} {bytes} | {compressed} | {requests:.0} | {p50:.2} | {p99:.2} |");
        Ok(())
    }

    /// How many bytes of the page a browser gets.
    async fn compressed(&self) -> anyhow::Result<usize> {
        let browser = reqwest::Client::builder().no_gzip().build()?;
        let asked = browser.get(format!("http://localhost:{}{PAGE}", self.site.port));
        let asked = asked.header(COOKIE, &self.site.cookie).header(ACCEPT_ENCODING, "gzip");
        Ok(asked.send().await?.error_for_status()?.bytes().await?.len())
    }
}
