//! The Access page: an organization's rules and sign-in methods, with what they would mean before they are saved
//! (rules 2.1 to 2.7). What decides is the [`gate`](crate::gate).

mod affected;
#[cfg(test)]
mod agreement;
mod allowing;
pub mod api;
mod consent;
pub mod denials;
mod digest;
mod ending;
pub mod form;
pub mod methods;
pub mod operator;
pub mod preview;
pub mod settings;
pub mod simulation;
pub mod web;

pub use affected::AffectedMember;
pub use allowing::{Allowed, allow_address};
pub use consent::{Asks, Consent, is_own};
pub use digest::Digest;
pub use form::Doubt;
pub use preview::{Preview, would_be_let_in};
pub use settings::{Saved, preview, save, settings};
pub use simulation::{Simulation, simulate};
