//! What the lists of users, of invites and of events cost, as pages and for programs, and for these the people of a team
//! and of a project that everyone is in, beside a fixed body of the size of the users page, at 1,000 and at 100,000 users
//! with a tenth as many invites and ten times as many events:
//!
//! ```text
//! cargo bench --bench users
//! cargo bench --bench users -- --users 1000,100000 --seconds 5
//! cargo bench --bench users -- --only API
//! cargo bench --bench users -- --users 1000 --beside /path/of/another/gatehouse
//! ```
//! With `--beside`, the users page alone is measured, in turn with that of another binary.
//!
//! Each database has a `gatehouse serve` of its own, a process of its own, in the default configuration; someone
//! signs in to it as a browser would. All servers are up at once and are loaded in turn, in several rounds, so that
//! whatever else the machine does falls on all of them; each figure is the median of the rounds. The load comes from
//! the same machine: the ratios are what counts. PostgreSQL takes part when `GATEHOUSE_TEST_POSTGRES_URL` or
//! 127.0.0.1:5432 answers. The databases and processes are gone afterwards.
#![allow(clippy::print_stdout, reason = "a table is what this is for")]

mod beside;
#[path = "../ground/mod.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest")]
mod ground;
mod report;

use std::time::Duration;

use anyhow::Context;
use clap::Parser;

use ground::data::{Databases, Engine};
use ground::load::{self, Round, Target};
use ground::site::{FULL, Process, Site};
use report::Row;

/// Connections that ask at once, each for one answer after another.
const CONNECTIONS: usize = 16;
/// How often each page gets its turn.
const ROUNDS: u32 = 5;
/// What each row of a table has.
const ROW: &str = "<th scope=\"row\">";
/// What each event of the log has.
const EVENT: &str = "class=\"event\"";
/// What each person and each invite has in a list for programs, and what each event has.
const EMAIL: &str = "\"email\":";
const REQUEST: &str = "\"requestId\":";
/// What every page has once.
const TITLE: &str = "<h1>";
/// The page that is deep inside; with fewer people, their last full one.
const DEEP: usize = 1000;

#[derive(Parser)]
struct Options {
    /// How many people, one database of each kind for each number.
    #[arg(long, value_delimiter = ',', default_values_t = [1000, 100_000])]
    users: Vec<usize>,
    /// Seconds for which each page is loaded, all rounds together.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// The pages whose names begin so, such as `API`.
    #[arg(long, default_value = "")]
    only: String,
    /// Another binary, beside which the users page is measured.
    #[arg(long)]
    beside: Option<std::path::PathBuf>,
    /// Serves the body in this file, and nothing else.
    #[arg(long, hide = true)]
    fixed_body: Option<std::path::PathBuf>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A page under test and what was measured of it so far.
struct Case<'a> {
    engine: Option<Engine>,
    users: usize,
    page: &'static str,
    target: Target,
    process: &'a Process,
    idle: u64,
    rounds: Vec<Round>,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    ground::run(options.fixed_body.as_deref(), async |databases| match &options.beside {
        Some(other) => beside::run(&options, &other.canonicalize()?, databases).await,
        None => run(&options, databases).await,
    })
}

async fn run(options: &Options, databases: &mut Databases) -> anyhow::Result<()> {
    let mut sites = Vec::new();
    for engine in databases.engines() {
        for &users in &options.users {
            println!("{engine}: {users} users …");
            let url = databases.create(engine).await?;
            let site = Site::start(&url, databases.folder(), "single").await?;
            ground::data::seed(&url, users).await?;
            sites.push((engine, users, site));
        }
    }
    let mut cases = Vec::new();
    for (engine, users, site) in &sites {
        let pages = pages(*engine, *users, site).await?.into_iter();
        cases.extend(pages.filter(|case| case.page.starts_with(&options.only)));
    }
    let first = &cases.first().context("nothing to measure")?.target;
    let body = first.ask().await?;
    let fixed = ground::fixed::start(&body, databases.folder()).await?;
    let target = first.fixed(fixed.port);
    cases.insert(
        0,
        Case {
            engine: None,
            users: 0,
            page: "fixed body",
            target,
            process: &fixed.process,
            idle: fixed.process.resident()?,
            rounds: Vec::new(),
        },
    );
    println!("loading {} pages for {} s each, {CONNECTIONS} connections …\n", cases.len(), options.seconds);
    for _ in 0..ROUNDS {
        for case in &mut cases {
            let (target, time) = (&case.target, Duration::from_secs_f64(options.seconds) / ROUNDS);
            let process = case.process;
            let round = load::round(target, CONNECTIONS, time, || process.resident()).await;
            case.rounds
                .push(round.with_context(|| format!("{:?} {} {}", case.engine, case.users, case.page))?);
        }
    }
    report::print(&cases.iter().map(Row::of).collect::<Vec<_>>(), body.len());
    Ok(())
}

/// The pages of one site that are measured.
async fn pages(engine: Engine, users: usize, site: &Site) -> anyhow::Result<Vec<Case<'_>>> {
    let idle = site.process.resident()?;
    let last = DEEP.min(users / FULL);
    let deep = site.cursor_of_page("admin/users", last).await?;
    let team = site.people_of_default("teams").await?;
    let deep_in_team = site.cursor_of_page(&team, last).await?;
    let project = site.people_of_default("projects").await?;
    let deep_in_project = site.cursor_of_page(&project, last).await?;
    let users_page = |query: &str| format!("/settings/admin/users{query}");
    let invites = |query: &str| format!("/settings/admin/invites{query}");
    let audit = |query: &str| format!("/settings/admin/audit{query}");
    let pages = [
        ("first page", users_page(""), FULL),
        ("page 1,000, or the last", users_page(&format!("?cursor={deep}")), FULL),
        ("search, 1 in 10 matches", users_page(&format!("?q={}", ground::data::COMMON)), FULL),
        ("search, 1 in 16 matches, far down", users_page(&format!("?q={}", ground::data::FAR)), FULL),
        ("search, 1 person matches", users_page(&format!("?q={}", ground::data::RARE)), 1),
        ("deactivated, 1 in 16", users_page("?status=deactivated"), FULL),
        ("other sign-in, 1 in 17", users_page("?method=partner"), FULL),
        ("away for 90 days, 1 in 4", users_page("?unseen=90"), FULL),
        ("away for 90 days, by name", users_page("?unseen=90&sort=name"), FULL),
        ("invites, first page", invites(""), FULL),
        ("invites, those that wait", invites("?status=pending"), FULL),
        ("invites, search that one matches", invites("?q=guest77%40"), 1),
    ];
    let tables = pages.map(|(page, path, rows)| (page, path, ROW, rows));
    let others = [
        ("a person's page", users_page("/bench-137"), TITLE, 1),
        ("audit, first page", audit(""), EVENT, FULL),
        ("audit, refused", audit("?outcome=refused"), EVENT, FULL),
        ("audit, about invites", audit("?what=invites"), EVENT, FULL),
        ("audit, by one person", audit(&format!("?who={}", ground::data::BUSY)), EVENT, FULL),
        ("audit, of one day last year", audit("?to=2025-11-21"), EVENT, FULL),
    ];
    let api = |list: &str| format!("/api/{list}");
    let lists = [
        ("API: people", api("admin/users"), EMAIL, FULL),
        ("API: people, page 1,000, or the last", api(&format!("admin/users?cursor={deep}")), EMAIL, FULL),
        ("API: people, search", api(&format!("admin/users?q={}", ground::data::COMMON)), EMAIL, FULL),
        ("API: colleagues", api("org/users"), EMAIL, FULL),
        ("API: people of a team", api(&team), EMAIL, FULL),
        ("API: people of a team, far down", api(&format!("{team}?cursor={deep_in_team}")), EMAIL, FULL),
        ("API: people of a project", api(&project), EMAIL, FULL),
        (
            "API: people of a project, far down",
            api(&format!("{project}?cursor={deep_in_project}")),
            EMAIL,
            FULL,
        ),
        ("API: invites", api("admin/invites"), EMAIL, FULL),
        ("API: events", api("admin/audit"), REQUEST, FULL),
        ("API: events about invites", api("admin/audit?what=invites"), REQUEST, FULL),
    ];
    let case = |(page, path, mark, rows): (_, String, _, _)| Case {
        engine: Some(engine),
        users,
        page,
        target: Target::new(site.port, &path, &format!("Cookie: {}", site.cookie), mark, rows),
        process: &site.process,
        idle,
        rounds: Vec::new(),
    };
    Ok(tables.into_iter().chain(others).chain(lists).map(case).collect())
}
