//! Many organizations: each with its own address and its own door, and none can see another (rule 6).

mod at_once;
mod background;
pub mod cast;
mod creating;
mod doors;
mod ids;
mod isolation;
mod journeys;
mod operator;
mod ownership;
mod people;
mod programs;
mod races;
mod refusals;
mod shell;
mod stray_secrets;
mod tabs;
mod tokens;
