//! The log on standard error, written by a thread of its own: anyone who has a line to say neither waits for a reader
//! that stalls nor fails when it is gone. What no one reads is dropped, counted, and said once lines get through again.
//!
//! Not `tracing-appender`: its guard prints to standard output when the reader stalls, which is often the same pipe, and
//! lines that can't be written are not counted.

mod queue;
mod writer;

pub use queue::{Lines, flush, say};
pub use writer::dropped;
