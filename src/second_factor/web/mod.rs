//! The pages of the second factor: one's own at `/settings/security`, and the challenge at sign-in.

mod app;
mod challenge;
mod codes;
mod confirmation;
mod form;
mod index;

pub use app::{add, confirm, look, remove, rename};
pub use challenge::{answer, ask};
pub use codes::renew;
pub use confirmation::give;
pub use index::index;
