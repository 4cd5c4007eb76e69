//! What programs send and are answered, and what a handler's types say of its operation in the API's document.

mod answers;
mod body;
mod conditional;
mod described;
mod lines;
mod marks;
mod media_types;
mod quotas;
mod repeating;
mod tag;
mod timestamp;

pub use answers::{Created, Done, List, Shown};
pub use body::Body;
pub use conditional::{Readable, change_what_was_seen, tell_tag};
pub use described::{Answer, Describes, Draft, Operation};
pub use lines::Lines;
pub use marks::{SHOWN_ONCE, marked};
pub use media_types::answer_as;
pub use quotas::{RATE_LIMIT, RATE_LIMIT_POLICY, tell_quotas};
pub use repeating::{LONGEST_KEY, ShownOnce, do_once};
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
