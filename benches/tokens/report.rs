//! The table, and whether the goals are met.

use crate::ground::data::Engine;
use crate::ground::load::Round;
use crate::ground::report::{goal, megabytes};
use crate::{Case, Who};

/// Requests per second on SQLite, of the fixed answer's.
const THROUGHPUT: f64 = 0.05;
/// p99, of p50.
const SPREAD: f64 = 3.0;
/// What the most tokens cost, of what the fewest do.
const GROWTH: f64 = 1.5;

/// Prints the table and the goals; the first case is the fixed answer.
pub fn print(cases: &[Case], firsts: &[Case], size: usize) {
    let Some((fixed, served)) = cases.split_first() else { return };
    println!("An answer of {size} bytes; memory is the server's resident memory, in MB.\n");
    println!(
        "| database | tokens | asked by | requests/s | of fixed | p50 ms | p99 ms | p99 ÷ p50 | memory |"
    );
    println!("|---|--:|---|--:|--:|--:|--:|--:|--:|");
    for case in cases.iter().chain(firsts) {
        row(case, &fixed.cost());
    }
    println!();
    for case in served.iter().filter(|case| case.engine == Some(Engine::Sqlite)) {
        let ratio = case.cost().requests / fixed.cost().requests;
        let what = format!("{} ÷ fixed answer: {ratio:.3}", case.title());
        goal(&what, &format!("≥ {THROUGHPUT}"), ratio >= THROUGHPUT);
    }
    for case in served {
        let spread = case.cost().p99 / case.cost().p50;
        goal(&format!("{}, p99 ÷ p50: {spread:.2}", case.title()), &format!("≤ {SPREAD}"), spread <= SPREAD);
    }
    let (fewest, most) = (served.iter().map(|it| it.tokens).min(), served.iter().map(|it| it.tokens).max());
    for few in served.iter().filter(|case| Some(case.tokens) == fewest && fewest != most) {
        let same = |it: &&Case| it.engine == few.engine && it.who == few.who && Some(it.tokens) == most;
        if let Some(many) = served.iter().find(same) {
            growth(few, many);
        }
    }
}

fn row(case: &Case, fixed: &Round) {
    let (engine, tokens) = match case.engine {
        Some(engine) => (engine.to_string(), case.tokens.to_string()),
        None => ("–".to_owned(), "–".to_owned()),
    };
    let cost = case.cost();
    println!(
        "| {engine} | {tokens} | {} | {:.0} | {:.3} | {:.2} | {:.2} | {:.2} | {} |",
        case.asked_by(),
        cost.requests,
        cost.requests / fixed.requests,
        cost.p50,
        cost.p99,
        cost.p99 / cost.p50,
        megabytes(cost.resident),
    );
}

fn growth(few: &Case, many: &Case) {
    let (few_cost, many_cost) = (few.cost(), many.cost());
    for (name, ratio) in [("p50", many_cost.p50 / few_cost.p50), ("p99", many_cost.p99 / few_cost.p99)] {
        let what = format!("{}, {name} ÷ with {}: {ratio:.2}", many.title(), few.tokens);
        goal(&what, &format!("≤ {GROWTH}"), ratio <= GROWTH);
    }
}

impl Case<'_> {
    fn cost(&self) -> Round {
        Round::median(&self.rounds)
    }

    fn asked_by(&self) -> &'static str {
        match (self.engine, self.who) {
            (None, _) => "anybody: a fixed answer",
            (_, Who::First) => "each once, the first time in an hour",
            (_, Who::One) => "one token",
            (_, Who::All) => "all in turn",
        }
    }

    fn title(&self) -> String {
        let engine = self.engine.map(|engine| engine.to_string()).unwrap_or_default();
        format!("{engine}, {} tokens, {}", self.tokens, self.asked_by())
    }
}
