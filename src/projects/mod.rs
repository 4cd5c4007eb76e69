//! Projects: what has tokens, and may have keys of its own (rule 10.1).

pub mod api;
mod changes;
pub mod list;
pub mod members;
pub mod people;
pub mod people_query;
pub mod web;

pub(crate) use changes::free_slug;
pub use changes::{ProjectUpdate, create, delete, update};
