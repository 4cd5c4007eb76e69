//! What programs send and are answered, and what a handler's types say of its operation in the API's document.

mod answers;
mod body;
mod described;
mod lines;
mod marks;
mod repeating;
mod timestamp;

pub use answers::{Created, Done, List, Shown};
pub use body::Body;
pub use described::{Answer, Describes, Draft, Operation};
pub use lines::Lines;
pub use marks::{SHOWN_ONCE, marked};
pub use repeating::{LONGEST_KEY, REPLAYED, ShownOnce, do_once};
pub use timestamp::{Timestamp, rfc3339};

use crate::error::Result;

/// A document.
pub fn json<T>(body: T) -> Result<Shown<T>> {
    Ok(Shown(body))
}

/// A document that has just come about.
pub fn created<T>(body: T) -> Result<Created<T>> {
    Ok(Created(body))
}
