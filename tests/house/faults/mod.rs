//! What is answered as done is done: the real binary while its disk or its database fails (rules P1, P5, P6).

mod diagnoses;
mod disk;
mod postgres;
pub mod proxy;
mod restarts;
mod rounds;
pub mod server;
mod states;
mod story;
mod team;

/// Whether everything is tried, which takes minutes.
fn is_ci() -> bool {
    std::env::var_os("CI").is_some()
}

/// From 1 to `last`: all of them in CI, and some elsewhere.
fn sample(last: u32) -> Vec<u32> {
    let step = if is_ci() { 1 } else { (last / 8).max(1) };
    (1..=last).step_by(step as usize).collect()
}
