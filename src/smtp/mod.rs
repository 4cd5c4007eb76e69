//! How mails leave this process: a message, and the server that accepts it (RFC 5321).

mod awaited;
mod blame;
mod connection;
mod conversation;
mod deadline;
mod delivery;
mod exchange;
mod failure;
mod hello;
mod incoming;
mod judgement;
mod kept;
mod login;
mod mailer;
pub mod message;
mod phrases;
mod protection;
mod reason;
mod reply;
mod secrets;
#[cfg(test)]
mod tests;
mod tls;
mod trouble;

pub use delivery::Delivery;
pub(crate) use exchange::GOODBYE;
pub use mailer::Mailer;
pub(crate) use mailer::Way;
pub use message::{Composed, message};
pub use trouble::Trouble;
