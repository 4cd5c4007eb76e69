//! Who may, and the only way to the database.
//!
//! ```text
//! session ─► SignedIn ─► Member ─► Admin          who asks: extractors, the first parameter of each handler
//!                          │          │
//!                        Scope      Change         what they read, what they write
//! ```
//! A person's role, membership and active state are read with the session on every request, so a demotion or
//! a removal holds on the next one, on every instance (rules 1.6, P5).

mod change;
mod db;
mod people;
mod role;
mod roster;
mod scope;
pub mod session;

pub use change::{Arrival, Change, Organization, Person, Sender};
pub use db::{Db, Fault, Reader, SchemaStatus, Transaction, Writer};
pub use people::{Admin, Anyone, Authority, Member, SignedIn, Who};
pub use role::Role;
pub use roster::MemberAccount;
pub use scope::{Scope, Scoped};

/// The organization of an installation that has just one (rule 1.1).
pub const SINGLE_ORGANIZATION: &str = "default";
