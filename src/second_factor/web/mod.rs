//! The pages of the second factor: one's own at `/settings/security`, and the challenge at sign-in.

mod app;
mod challenge;
mod codes;
mod confirmation;
mod form;
mod index;
pub mod new_passkey;
pub mod passkey;
mod question;

pub use app::{add, confirm, look, remove, rename};
pub use challenge::{answer, answer_by_passkey, ask, options as challenge_options};
pub use codes::renew;
pub use confirmation::{give, give_passkey, options as confirmation_options};
pub use index::index;
