//! The pages of organizations from outside: the chooser, and each one's door.

mod chooser;
mod door;
mod former;

pub use chooser::chooser;
pub use door::{door, join};
pub use former::to_opened_last;
