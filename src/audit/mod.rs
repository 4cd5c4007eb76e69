//! What happened: one event for each change and each refused attempt, written in the transaction of the
//! change itself (rules 8.1, P7); and the page that shows them.

mod export;
mod fields;
pub mod form;
mod language;
mod list;
pub mod web;
mod words;

pub use export::export;
pub use form::{Outcome, Query};
pub use list::{Listed, Part, Source, about, count, list, narrowed, one};
pub use words::in_words;

use sea_orm::JsonValue;

/// What an event tells beside who, when and from where, which the [`Change`](crate::access::Change) knows.
pub struct Event {
    pub(crate) action: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) target: String,
    pub(crate) before: Option<JsonValue>,
    pub(crate) after: Option<JsonValue>,
}

impl Event {
    /// Something was done, `noun.verb`, to `target`.
    pub fn done(action: &'static str, target: impl Into<String>) -> Self {
        Self { action, outcome: "done", target: target.into(), before: None, after: None }
    }

    /// Something was tried and refused.
    pub fn refused(action: &'static str, target: impl Into<String>) -> Self {
        Self { outcome: "refused", ..Self::done(action, target) }
    }

    /// What was there, and what is there now. Never a secret.
    #[must_use]
    pub fn with(mut self, before: JsonValue, after: JsonValue) -> Self {
        self.before = Some(before);
        self.after = Some(after);
        self
    }

    /// What came of it, where nothing was there before.
    #[must_use]
    pub fn resulting_in(mut self, after: JsonValue) -> Self {
        self.after = Some(after);
        self
    }
}

/// Who did it.
#[derive(Clone)]
pub struct Actor {
    /// The person's id; none for somebody who is not signed in.
    pub id: Option<String>,
    /// How to call them when the person is gone: their address.
    pub name: String,
}

impl Actor {
    /// Somebody who is not signed in.
    pub fn nobody() -> Self {
        Self { id: None, name: "nobody".to_owned() }
    }

    /// Whoever runs the command line on the machine itself.
    pub fn operator() -> Self {
        let user = std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned());
        Self { id: None, name: format!("operator (cli:{user})") }
    }
}

/// Where a request came from.
#[derive(Clone, Default)]
pub struct Origin {
    /// The address of the client, behind trusted proxies that of their client.
    pub address: String,
    /// What the client calls itself, shortened.
    pub user_agent: String,
    /// The id under which the log knows the request.
    pub request_id: String,
}
