//! Refusals: every request that is refused leaves one event, by one exit.
//!
//! ```text
//! request ─► leave ─► cross-site, the door of the route, handler, change ─┐
//! 503 when it can't be written ◄─ event "METHOD pattern (reason)" ◄───────┘ an error that refuses, or a Refusal that was noted
//! ```
//! Who refuses says so by an [`Error`](crate::error::Error), and where the answer is a page of its own by
//! [`SignedIn::note_refusal`](super::SignedIn::note_refusal). A change that was given up may leave an event that tells
//! more, such as whose role it was about; then the exit adds none.

mod exit;
mod reason;
mod refusal;

pub use exit::leave;
pub(super) use refusal::Refusal;
