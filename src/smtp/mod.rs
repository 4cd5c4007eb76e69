//! The way of mails out of this process: a message, and the server that takes it (RFC 5321).

mod connection;
mod delivery;
mod exchange;
mod judgement;
mod mailer;
pub mod message;
mod reason;
mod secrets;
mod trouble;

pub use delivery::Delivery;
pub use mailer::Mailer;
pub(crate) use mailer::Way;
pub use message::{Composed, message};
pub use trouble::Trouble;
