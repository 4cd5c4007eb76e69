//! Mail: queued in the transaction of what it announces (rules 3.2, P8), then composed and handed to the configured server
//! by a worker. Its state is visible all the way.
//!
//! ```text
//! queue(mail, change, to, letter) ─► outbox ─► worker ─► Composer ─► Delivery ─► sent, retrying, refused
//! ```
//! The outbox keeps what to write, not what was written: no row holds a link that opens something.

mod attempt;
pub mod compose;
mod delivery_outcome;
mod kind;
mod outbox;
mod queue;
mod schedule;
mod state;
pub mod test_mail;
mod under_way;
pub mod worker;

pub use kind::{Composer, MailKind, Recipient, SecondFactorNews};
pub use outbox::forget_old;
pub use queue::{queue, queue_for_installation};
pub use state::{State, states};
