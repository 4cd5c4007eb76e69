//! The keys of LLM providers: set, replaced, tried and removed by admins, and read back by no one (rules 4.1 to 4.5).
//!
//! ```text
//! catalog   the providers, as data          resolution   which key is used, and where it comes from
//! changes   what admins do                  probe        one request that tells whether a key works
//! list      what there is                   watch        tries stored keys daily, erases removed ones, raises alarms
//! ```

pub mod api;
mod changes;
pub mod form;
mod health;
mod keeper;
mod limits;
mod list;
mod probe;
pub mod resolution;
mod serving;
pub mod uses;
pub mod watch;
pub mod web;

pub use changes::{erase_previous, remove, restore, revert, set, test};
pub use keeper::{Keeper, Keeps};
pub use limits::{KEPT, MOST_CUSTOM};
pub use list::{Entry, list, one};
pub use probe::{Finding, Verdict};
pub use resolution::{Resolution, Source, Usable};
