//! The keys of LLM providers: set, replaced, tried and removed by admins, and read back by nobody (rules 4.1 to 4.5).
//!
//! ```text
//! catalog   the providers, as data          resolution   which key is used, and where it comes from
//! changes   what admins do                  probe        one request that tells whether a key works
//! list      what there is                   watch        tries stored keys daily, erases removed ones, raises alarms
//! ```

pub mod api;
pub mod catalog;
mod changes;
pub mod form;
mod health;
mod key;
mod list;
mod probe;
mod provider;
mod resolution;
pub mod watch;
pub mod web;

pub use changes::{erase_previous, remove, restore, revert, set, test};
pub use key::ApiKey;
pub use list::{Entry, list, one};
pub use probe::{Finding, Verdict};
pub use provider::Provider;
pub use resolution::{Resolution, Source, Usable};

use chrono::Duration;

/// How long a removed key can be brought back; then it is erased.
pub const KEPT: Duration = Duration::minutes(10);
/// Servers of its own that an organization can have.
pub const MOST_CUSTOM: usize = 50;
