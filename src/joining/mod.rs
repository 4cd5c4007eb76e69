//! Where there are many organizations: how a person comes into one by its address, and to which they belong (rule 6.6).
//! No one is adopted: who an organization's rules admit is asked, to everyone else it does not exist.

pub mod api;
pub mod chooser;
mod doorway;
pub mod web;

pub use doorway::{Doorway, join, look};
