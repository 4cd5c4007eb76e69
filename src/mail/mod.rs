//! Mail: queued in the transaction of what it announces (rules 3.2, P8), composed and handed to the configured
//! server by a worker, its state visible all the way.
//!
//! ```text
//! queue(mail, change, to, letter) ─► outbox ─► worker ─► Composer ─► Delivery ─► sent, retrying, refused
//! ```
//! What is kept is what to write, not what was written: a link that opens something is in no row.

mod attempt;
pub mod compose;
mod delivery_outcome;
mod kind;
mod outbox;
mod queue;
mod schedule;
mod state;
pub mod test_mail;
pub mod worker;

pub use kind::{Composer, MailKind, Recipient};
pub use outbox::forget_old;
pub use queue::{queue, queue_for_installation};
pub use state::{State, states};
