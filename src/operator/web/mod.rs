//! `/operator`: the pages of operators.

mod entry;
mod index;
mod log;

pub use entry::{EntryPath, ask, enter, leave};
pub use index::index;
pub use log::log;
