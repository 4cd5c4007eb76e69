//! Requests of programs, which show a token instead of a session (rule 10.2).
//!
//! ```text
//! Authorization: Bearer gh_… ─► judge ─► Bearer in the request ─► SignedIn, Member, Admin …   a person's token
//!                                                              └► Token<ResolveKeys>          a project's
//! ```
//! A request that shows a token is judged by it alone: a session beside it is as none. What the token's owner may do is
//! read with it on every request, so what holds for them holds for it at once, on every instance (rule P5).

mod judge;
mod known;
mod last_uses;
mod rows;
mod tokens;

pub use judge::{forget_cookies, judge};
pub use known::ProjectToken;
pub use tokens::Tokens;

pub(super) use known::Bearer;
