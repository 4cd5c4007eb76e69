//! Who may, and the only way to the database.
//!
//! ```text
//! session or ─► SignedIn ─► Member ─► Admin         who asks: extractors, the first parameter of each handler
//! a token
//!                             │          │
//!                           Scope      Change        what they read, what they write
//! ```
//! Anyone who is refused leaves by [`refusals`]. Who is not in yet stands on a [`Doorstep`]; anyone who runs commands
//! comes by the [`Shell`], what goes on by itself by a [`Worker`]; an [`Operator`] enters an organization and is a `Member` there for a while. All of them know
//! their [`Organization`], and every [`Change`] is one in it.
//!
//! A person's role, membership and active state are read with the session on every request, so a demotion or
//! a removal holds on the next one, on every instance (rules 1.6, P5).

pub mod bearer;
mod change;
pub mod client;
mod columns;
mod doorstep;
mod event;
pub mod kept_answers;
pub mod limits;
pub mod operator;
mod organization;
mod people;
mod places;
mod precondition;
pub mod refusals;
mod roster;
mod scope;
mod services;
pub mod session;
mod shell;
mod worker;

pub use bearer::{ProjectToken, Tokens};
pub use change::{Change, FromOutside, OfOrganization, OfPerson};
pub use columns::Columns;
pub(crate) use columns::columns;
pub use doorstep::Doorstep;
pub use event::{Actor, Event, Idempotency, Origin, is_operator_name, operator_name};
pub use limits::Limits;
pub use organization::Organization;
pub use people::{
    Admin, Anyone, Asker, Authority, ForScope, HalfSignedIn, InPerson, Member, OTHER_ORGANIZATION, Operator,
    Owner, ProjectAdmin, ProjectViewer, ResolveKeys, SignedIn, Takes, TeamAdmin, TeamManager, TeamViewer,
    Token, Who,
};
pub use precondition::{Precondition, Question};
pub use roster::MemberAccount;
pub use scope::{Scope, Scoped};
pub use services::Services;
pub use shell::Shell;
pub use worker::Worker;
