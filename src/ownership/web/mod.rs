//! The danger zone: what an owner does to the organization itself. Each act has a page that says what it means.

mod address;
mod deletion;
mod index;
mod restoration;
mod transfer;

pub use address::{FormerSlugPath, change_slug, give_up, slug};
pub use deletion::{delete, deletion};
pub use index::index;
pub use restoration::restore;
pub use transfer::{hand_over, transfer};
