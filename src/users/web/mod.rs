//! `/settings/admin/users`: the pages about people.

pub mod actions;
mod back;
pub mod bulk;
pub mod export;
mod filters;
mod list;
pub mod offboarding;
pub mod path;
pub mod person;
pub mod role;
mod row;

pub use list::index;
