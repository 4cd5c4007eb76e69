//! `/settings/admin/users`: the pages about people.

mod abilities;
pub mod actions;
mod back;
pub mod bulk;
pub mod export;
mod filters;
mod leaving_words;
mod list;
mod menu;
pub mod offboarding;
mod own_role;
pub mod path;
pub mod person;
pub mod role;
mod row;
pub mod second_factor;

pub use list::index;
