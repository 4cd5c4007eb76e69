//! `gatehouse doctor`: what this installation needs, each tried, a line each with its cure.

mod address;
mod certificates;
mod clock;
mod database;
mod examination;
mod mail;
mod master_key;
mod providers;
mod proxies;
mod report;

pub use examination::{Options, run};
