//! The pages of organizations from outside: the chooser, and each one's door.

mod chooser;
mod door;
mod unnamed;

pub use chooser::chooser;
pub use door::{door, join};
pub use unnamed::to_opened_last;
