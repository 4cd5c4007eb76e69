//! Who may: each handler's first parameter says it, and the router can't be given a handler without one.

mod admin;
mod anyone;
mod extraction;
mod member;
mod operator;
mod owner;
mod signed_in;

pub use admin::Admin;
pub use anyone::Anyone;
pub use extraction::{Authority, Who};
pub use member::{Member, OTHER_ORGANIZATION};
pub use operator::Operator;
pub use owner::Owner;
pub use signed_in::SignedIn;
