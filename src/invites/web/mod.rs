//! The pages of invites: `/settings/admin/invites`, and the one behind an invite's link.

mod actions;
mod choices;
mod from;
mod invite;
pub mod landing;
mod list;
mod listed;
mod page;
pub mod path;
mod results;
mod row;
mod send;

pub use actions::{resend, revoke, test_mail};
pub use invite::show;
pub use list::index;
pub use send::send;
