//! Signing in: a flow begins in one browser, goes to a provider, and comes back to the same browser, once,
//! within ten minutes. Then the gate decides.
//!
//! ```text
//! flow::keep ─► provider ─► verify ─► who ─► gate::decide ─► enter
//!                                                     └────► refusal
//! ```
//! From `who` on all is one transaction, which [`admission`] holds together. Where there are many organizations, one signs
//! in to the installation, which has a gate of its own ([`installation`]).

mod admission;
pub mod claim;
mod connect;
mod ending;
mod enter;
mod first_owner;
mod flow;
pub mod form;
mod installation;
pub mod link;
pub mod mails;
pub mod operator;
mod person;
mod proof;
mod refusal;
pub mod relinking;
mod sign_out;
mod verify;
pub mod web;
mod who;

pub use flow::LIFETIME as FLOW_LIFETIME;
