//! The same questions in one line: `actor:ada@acme.test action:user.role_changed after:2026-11-01`.
//!
//! A line is another way to write what the fields say, word for field, and is read into the same query. Words
//! are separated by spaces; a value with a space in it stands in quotes, where `\"` and `\\` mean themselves.
//! What has no such key before it is text, which is looked for in actors, targets and what was done.
//! `after:` is from that day on, `before:` until the end of the day before it.

mod key;
mod read;
#[cfg(test)]
mod tests;
mod words;
mod write;

pub use write::{offers, write};
