//! The table, and whether the goals are met.

use crate::Case;
use crate::ground::data::Engine;
use crate::ground::load::Round;
use crate::ground::report::{goal, megabytes};

/// Requests per second of the users page on SQLite, of the fixed body's.
const THROUGHPUT: f64 = 0.03;
/// p99 with the most people, of that with the fewest: of pages, and of lists for programs.
const GROWTH: f64 = 2.0;
const GROWTH_OF_LISTS: f64 = 1.5;
/// Resident and idle, in KB.
const MEMORY: u64 = 30 * 1024;

/// What one page cost.
pub struct Row {
    engine: Option<Engine>,
    users: usize,
    page: &'static str,
    idle: u64,
    cost: Round,
}

impl Row {
    pub fn of(case: &Case) -> Self {
        let cost = Round::median(&case.rounds);
        Self { engine: case.engine, users: case.users, page: case.page, idle: case.idle, cost }
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
            row.cost.requests,
            row.cost.requests / fixed.cost.requests,
            row.cost.p50,
            row.cost.p99,
            megabytes(row.idle),
            megabytes(row.cost.resident),
        );
    }
    println!();
    let sqlite: Vec<&Row> = pages.iter().filter(|row| row.engine == Some(Engine::Sqlite)).collect();
    for row in sqlite.iter().filter(|row| row.page == "first page") {
        let ratio = row.cost.requests / fixed.cost.requests;
        let what = format!("first page on SQLite with {} users ÷ fixed body: {ratio:.3}", row.users);
        goal(&what, &format!("≥ {THROUGHPUT}"), ratio >= THROUGHPUT);
    }
    let (fewest, most) = (pages.iter().map(|row| row.users).min(), pages.iter().map(|row| row.users).max());
    for few in pages.iter().filter(|row| Some(row.users) == fewest && fewest != most) {
        let same = |row: &&Row| row.engine == few.engine && row.page == few.page && Some(row.users) == most;
        if let (Some(many), Some(engine)) = (pages.iter().find(same), few.engine) {
            let ratio = many.cost.p99 / few.cost.p99;
            let what =
                format!("{engine}, {}, p99 at {} ÷ at {}: {ratio:.2}", few.page, many.users, few.users);
            let most = if few.page.starts_with("API") { GROWTH_OF_LISTS } else { GROWTH };
            goal(&what, &format!("≤ {most}"), ratio <= most);
        }
    }
    if let Some(idle) = pages.iter().map(|row| row.idle).max() {
        goal(&format!("resident and idle: {} MB", megabytes(idle)), "≤ 30 MB", idle <= MEMORY);
    }
}
