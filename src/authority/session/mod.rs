//! Sessions: rows in the database, found by the hash of what the cookie holds, so that neither the database
//! nor a backup of it opens one. They end on the next request of every instance (rule P5).

mod factor_requirement;
mod lifetime;
mod purge;
mod renewal;
mod rows;
mod second_factor;
mod start;
mod state;
mod store;
mod touch;
mod turns;
mod visitor;

pub use factor_requirement::{Requirement, due};
pub use lifetime::{IDLE, LIFETIME, is_fresh};
pub use renewal::renew_if_due;
pub use second_factor::{NewId, refuse_half};
pub use start::{NewSession, end, start};
pub use store::{Admits, Sessions};
pub use visitor::{Entered, Membership, TokenOfPerson, Visitor};
