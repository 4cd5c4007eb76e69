//! What benchmarks stand on: databases with people in them, and servers of their own.

pub mod data;
pub mod site;
