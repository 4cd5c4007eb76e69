//! Tokens: made, rolled and revoked by people, and shown once (rule 10.2). What a request may that shows one is decided in
//! `authority::bearer`.
//!
//! ```text
//! form      what can be typed           minting, rolling, revoking   what is done
//! whose     a project's, or one's own   list, status                 what there is
//! ```

pub mod api;
mod cleanup;
pub mod form;
mod life;
mod limits;
mod list;
mod minting;
mod revoking;
mod rolling;
mod status;
pub mod web;
mod whose;

pub use cleanup::forget_old;
pub(crate) use life::write_token_life;
pub use life::{set_token_life, token_life};
pub use limits::{DEFAULT_DAYS, KEPT, LIVES, LONGEST_DAYS};
pub use list::{Listed, list, list_own, live_of, without_details};
pub use minting::{Minted, mint};
pub use revoking::revoke;
pub use rolling::{Overlap, roll};
pub use status::{Status, is_unused, status};
pub use whose::Whose;
