//! `/settings/admin/llm-keys`: which keys the team runs on, and how they do.

mod actions;
mod at;
mod card;
mod form;
mod list;
mod page;
pub mod path;
mod save;
mod wording;

pub use actions::{erase_previous, remove, restore, revert, test};
pub use list::{index, index_of_project};
pub use save::save;
