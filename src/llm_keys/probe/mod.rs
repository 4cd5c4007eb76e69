//! Tries a key: one cheap, authenticated request to its provider, and a sentence of what came of it (rule 4.5).

mod answer;
mod body;
mod finding;
mod request;
mod sign;
#[cfg(test)]
mod tests;
mod trying;

pub use finding::{Finding, Standing, Verdict};
pub use trying::probe;
