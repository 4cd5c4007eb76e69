//! `gatehouse user list | promote | demote | deactivate | reactivate | relink | sign-in-link`.

mod tasks;
mod telling;

pub use tasks::{Task, run};
