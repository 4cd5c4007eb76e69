//! The table, and whether the goals are met.

use crate::Case;
use crate::ground::data::Engine;
use crate::load::Round;

/// Requests per second of the users page on SQLite, of the fixed body's.
const THROUGHPUT: f64 = 0.03;
/// p99 with the most people, of that with the fewest.
const GROWTH: f64 = 2.0;
/// Resident and idle, in KB.
const MEMORY: u64 = 30 * 1024;

/// What one page cost: medians of the rounds.
pub struct Row {
    engine: Option<Engine>,
    users: usize,
    page: &'static str,
    requests: f64,
    p50: f64,
    p99: f64,
    idle: u64,
    loaded: u64,
}

impl Row {
    pub fn of(case: &Case) -> Self {
        let median = |figure: fn(&Round) -> f64| {
            let mut figures: Vec<f64> = case.rounds.iter().map(figure).collect();
            figures.sort_unstable_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        Self {
            engine: case.engine,
            users: case.users,
            page: case.page,
            requests: median(|round| round.requests),
            p50: median(|round| round.p50),
            p99: median(|round| round.p99),
            idle: case.idle,
            loaded: case.rounds.iter().map(|round| round.resident).max().unwrap_or_default(),
        }
    }
}

/// Prints the table and the goals; the first row is the fixed body.
pub fn print(rows: &[Row], size: usize) {
    let Some((fixed, pages)) = rows.split_first() else { return };
    println!("A page of {size} bytes; memory is the server's resident memory, in MB.\n");
    println!("| database | users | page | requests/s | of fixed | p50 ms | p99 ms | idle | loaded |");
    println!("|---|--:|---|--:|--:|--:|--:|--:|--:|");
    for row in rows {
        let engine = row.engine.map_or_else(|| "–".to_owned(), |engine| engine.to_string());
        let users = if row.users == 0 { "–".to_owned() } else { row.users.to_string() };
        println!(
            "| {engine} | {users} | {} | {:.0} | {:.3} | {:.2} | {:.2} | {} | {} |",
            row.page,
            row.requests,
            row.requests / fixed.requests,
            row.p50,
            row.p99,
            megabytes(row.idle),
            megabytes(row.loaded),
        );
    }
    println!();
    let sqlite: Vec<&Row> = pages.iter().filter(|row| row.engine == Some(Engine::Sqlite)).collect();
    for row in sqlite.iter().filter(|row| row.page == "first page") {
        let ratio = row.requests / fixed.requests;
        let what = format!("first page on SQLite with {} users ÷ fixed body: {ratio:.3}", row.users);
        goal(&what, &format!("≥ {THROUGHPUT}"), ratio >= THROUGHPUT);
    }
    let (fewest, most) = (pages.iter().map(|row| row.users).min(), pages.iter().map(|row| row.users).max());
    for few in pages.iter().filter(|row| Some(row.users) == fewest && fewest != most) {
        let same = |row: &&Row| row.engine == few.engine && row.page == few.page && Some(row.users) == most;
        if let (Some(many), Some(engine)) = (pages.iter().find(same), few.engine) {
            let ratio = many.p99 / few.p99;
            let what =
                format!("{engine}, {}, p99 at {} ÷ at {}: {ratio:.2}", few.page, many.users, few.users);
            goal(&what, &format!("≤ {GROWTH}"), ratio <= GROWTH);
        }
    }
    if let Some(idle) = pages.iter().map(|row| row.idle).max() {
        goal(&format!("resident and idle: {} MB", megabytes(idle)), "≤ 30 MB", idle <= MEMORY);
    }
}

fn goal(what: &str, goal: &str, met: bool) {
    println!("{} {what} (goal {goal})", if met { "met    " } else { "NOT MET" });
}

/// From KB, to a tenth.
fn megabytes(kilobytes: u64) -> String {
    let tenths = kilobytes * 10 / 1024;
    format!("{}.{}", tenths / 10, tenths % 10)
}
