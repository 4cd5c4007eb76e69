//! What happened: one event for each change and each refused attempt, written in the transaction of the
//! change itself (rules 8.1, P7); and the page that shows them.

mod actions;
pub mod api;
mod beginnings;
mod differences;
mod export;
pub mod form;
mod lead;
mod line;
mod list;
mod listed;
mod outcome;
pub mod query;
mod sentence;
mod source;
mod text;
mod walks;
pub mod web;

pub use list::{about, list_in};
pub use listed::ListedEvent;
pub use outcome::EventOutcome;
pub use sentence::{Piece, in_words};
pub use source::Source;
pub use walks::narrowed;
