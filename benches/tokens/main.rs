//! What it costs that a program fetches a key, beside a fixed answer of the same size, with 10 and with 10,000 tokens of
//! 100 projects:
//!
//! ```text
//! cargo bench --bench tokens
//! cargo bench --bench tokens -- --tokens 10,10000 --seconds 30
//! ```
//! Each database has a `gatehouse serve` of its own, in the default configuration, whose one organization has a key for
//! OpenAI. First every token fetches it once: that leaves an event, as it does in each hour. Then all servers are loaded in
//! turn, by one token and by all of them one after the other, in rounds that are longer than what has been counted stays
//! unwritten; each figure is the median of the rounds. Load and servers share the machine: the ratios are what counts.
//! PostgreSQL takes part when `GATEHOUSE_TEST_POSTGRES_URL` or 127.0.0.1:5432 answers.
#![allow(clippy::print_stdout, reason = "a table is what this is for")]

#[path = "../ground/mod.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest")]
mod ground;
mod report;
mod seed;

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Parser;
use serde_json::json;

use ground::data::{Databases, Engine};
use ground::load::{self, Round, Target};
use ground::site::{Process, Site};

/// Connections that ask at once, each for one answer after another.
const CONNECTIONS: usize = 16;
/// How often each gets its turn.
const ROUNDS: u32 = 5;
const PATH: &str = "/api/keys/openai";
/// What every answer has once.
const KEY: &str = "sk-proj-a-key-that-opens-nothing-at-all";

#[derive(Parser)]
struct Options {
    /// How many tokens, one database of each kind for each number.
    #[arg(long, value_delimiter = ',', default_values_t = [10, 10_000])]
    tokens: Vec<usize>,
    /// Seconds for which each is loaded, all rounds together.
    #[arg(long, default_value_t = 30.0)]
    seconds: f64,
    /// Serves the body in this file, and nothing else.
    #[arg(long, hide = true)]
    fixed_body: Option<std::path::PathBuf>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Each token, once: the first time in an hour.
    First,
    One,
    All,
}

/// What is measured, and what was measured of it so far.
struct Case<'a> {
    /// None for the fixed answer.
    engine: Option<Engine>,
    tokens: usize,
    who: Who,
    target: Target,
    process: &'a Process,
    rounds: Vec<Round>,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    ground::run(options.fixed_body.as_deref(), async |databases| run(&options, databases).await)
}

async fn run(options: &Options, databases: &mut Databases) -> anyhow::Result<()> {
    let mut sites = Vec::new();
    for engine in databases.engines() {
        for &tokens in &options.tokens {
            println!("{engine}: {tokens} tokens …");
            let url = databases.create(engine).await?;
            let site = Site::start(&url, databases.folder(), "single").await?;
            set_key(&site).await?;
            let texts = seed::tokens(&url, tokens).await?;
            sites.push((engine, texts, site));
        }
    }
    let body =
        sites.first().map(|(_, texts, site)| target(site, &texts[..1])).context("nothing to measure")?;
    let body = body.ask().await?;
    let fixed = ground::fixed::start(&body, databases.folder()).await?;
    let (mut firsts, mut cases) = (
        Vec::new(),
        vec![Case {
            engine: None,
            tokens: 0,
            who: Who::One,
            target: Target::new(fixed.port, PATH, "Cookie:", KEY, 1),
            process: &fixed.process,
            rounds: Vec::new(),
        }],
    );
    for (engine, texts, site) in &sites {
        firsts.push(case(*engine, texts, Who::First, site));
        cases.extend([Who::One, Who::All].map(|who| case(*engine, texts, who, site)));
    }
    println!("loading {} targets for {} s each, {CONNECTIONS} connections …\n", cases.len(), options.seconds);
    for case in &mut firsts {
        let first = load::once(&case.target, CONNECTIONS, || case.process.resident()).await;
        case.rounds.push(first.with_context(|| case.name())?);
    }
    let time = Duration::from_secs_f64(options.seconds) / ROUNDS;
    for _ in 0..ROUNDS {
        for case in &mut cases {
            let round = load::round(&case.target, CONNECTIONS, time, || case.process.resident()).await;
            case.rounds.push(round.with_context(|| case.name())?);
        }
    }
    report::print(&cases, &firsts, body.len());
    Ok(())
}

/// Sets the organization's key, as an admin does.
async fn set_key(site: &Site) -> anyhow::Result<()> {
    let base = format!("http://localhost:{}", site.port);
    let request = reqwest::Client::new().put(format!("{base}/api/admin/llm-keys/openai"));
    let request = request.header("cookie", &site.cookie).header("origin", base).json(&json!({ "key": KEY }));
    let answer = request.send().await?;
    ensure!(answer.status() == 200, "{}: {}", answer.status(), answer.text().await?);
    Ok(())
}

fn case<'a>(engine: Engine, texts: &[String], who: Who, site: &'a Site) -> Case<'a> {
    let asking = if who == Who::One { &texts[..1] } else { texts };
    Case {
        engine: Some(engine),
        tokens: texts.len(),
        who,
        target: target(site, asking),
        process: &site.process,
        rounds: Vec::new(),
    }
}

fn target(site: &Site, tokens: &[String]) -> Target {
    let headers: Vec<String> = tokens.iter().map(|text| format!("Authorization: Bearer {text}")).collect();
    Target::in_turn(site.port, PATH, &headers, KEY, 1)
}

impl Case<'_> {
    fn name(&self) -> String {
        format!("{:?}, {} tokens, {:?}", self.engine, self.tokens, self.who)
    }
}
