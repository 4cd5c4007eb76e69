//! Who may: each handler's first parameter says it, and the router can't be given a handler without one.

mod admin;
mod anyone;
mod asker;
mod departing;
mod extraction;
mod half_signed_in;
mod in_person;
mod member;
mod operator;
mod owner;
mod project;
mod refused;
mod signed_in;
mod team;
mod token;

pub use admin::Admin;
pub use anyone::Anyone;
pub use asker::Asker;
pub use departing::Departing;
pub use extraction::{Authority, Takes, Who};
pub use half_signed_in::HalfSignedIn;
pub use in_person::InPerson;
pub use member::{Member, OTHER_ORGANIZATION};
pub use operator::Operator;
pub use owner::Owner;
pub use project::{ProjectAdmin, ProjectViewer};
pub(super) use refused::Refused;
pub use signed_in::SignedIn;
pub use team::{TeamAdmin, TeamManager, TeamViewer};
pub use token::{ForScope, ResolveKeys, Token};
