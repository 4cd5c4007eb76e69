//! Teams: the level between an organization and its projects (rule 10.1). Elsewhere it is called a workspace.

pub mod api;
mod changes;
pub mod people;
pub mod web;

pub use changes::{Meant, create, delete, rename, set_manager};
