//! What admins do with keys.

mod previous;
mod removal;
mod rows;
mod setting;
mod testing;

pub use previous::{erase_previous, revert};
pub use removal::{remove, restore};
pub use setting::set;
pub use testing::test;
