//! `gatehouse keys status | rewrap`.

mod tally;
mod tasks;

pub use tasks::{Task, run};
