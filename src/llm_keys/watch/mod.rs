//! Looks after keys when no one asks: stored ones are tried daily, once across instances; removed ones are erased
//! when no one can bring them back any more; and what needs an admin is told on every page. For every organization,
//! which is why it is here that the back door is used.

mod alarms;
mod erasure;
mod in_use;
mod readable;
mod trying;
mod worker;

pub use worker::start;
