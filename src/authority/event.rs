//! What is recorded with each change and each refusal: what happened, who did it, and from where (rules 8.1, P7).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::JsonValue;
use sha2::{Digest, Sha256};

use super::precondition::Precondition;
use super::refusals::Refusal;
use crate::address::EmailAddress;

/// As much of what was not done as the log keeps, in bytes.
const LONGEST_REFUSED: usize = 300;

/// What an event tells beside who, when and from where, which the [`Change`](super::Change) knows.
#[derive(Clone)]
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

    /// Something was tried and refused. Of the target no more is kept than [`LONGEST_REFUSED`]: it may be what was typed.
    pub fn refused(action: &'static str, target: impl Into<String>) -> Self {
        let mut target = target.into();
        target.truncate(target.floor_char_boundary(LONGEST_REFUSED));
        Self { outcome: "refused", ..Self::done(action, target) }
    }

    /// Whether it is a refusal.
    pub(in crate::authority) fn is_refusal(&self) -> bool {
        self.outcome == "refused"
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

/// Stands in a log for an address of someone that its organization does not know.
const ANOTHER_ADDRESS: &str = "another address";

impl Event {
    /// The same for the log of an organization that knows the person, whose account has the address `account`, by `known`
    /// alone.
    pub(in crate::authority) fn knowing_only(&self, known: &str, account: &str) -> Self {
        let told = |text: &str| match EmailAddress::parse(text) {
            Ok(_) if text == known => None,
            Ok(_) if text == account => Some(known.to_owned()),
            Ok(_) => Some(ANOTHER_ADDRESS.to_owned()),
            Err(_) => None,
        };
        let mut event = self.clone();
        event.target = told(&event.target).unwrap_or(event.target);
        for detail in [&mut event.before, &mut event.after].into_iter().flatten() {
            retell(detail, &told);
        }
        event
    }
}

/// Has every text in a document told in another way, where there is one.
fn retell(detail: &mut JsonValue, told: &impl Fn(&str) -> Option<String>) {
    match detail {
        JsonValue::String(text) => *text = told(text).unwrap_or_else(|| text.clone()),
        JsonValue::Array(items) => items.iter_mut().for_each(|item| retell(item, told)),
        JsonValue::Object(fields) => fields.values_mut().for_each(|value| retell(value, told)),
        _ => {}
    }
}

/// Who did it.
#[derive(Clone)]
pub struct Actor {
    /// The person's id; none for someone who is not signed in.
    pub id: Option<String>,
    /// How to call them when the person is gone: their address.
    pub name: String,
}

impl Actor {
    /// Someone who is not signed in.
    pub fn nobody() -> Self {
        Self { id: None, name: "nobody".to_owned() }
    }

    /// Gatehouse itself, at work while no one asks.
    pub fn gatehouse() -> Self {
        Self { id: None, name: "Gatehouse".to_owned() }
    }

    /// The person who runs the command line on the machine itself.
    pub fn operator() -> Self {
        let user = std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned());
        Self { id: None, name: format!("operator (cli:{user})") }
    }
}

/// Behind the address of someone who was there as operator.
const AS_OPERATOR: &str = " (operator)";

/// How a log calls someone who was there by a token.
pub fn token_name(whose: &str, token: &str) -> String {
    format!("{whose} (token {token})")
}

/// How the log of an organization calls an operator who enters it.
pub fn operator_name(name: &str) -> String {
    format!("{name}{AS_OPERATOR}")
}

/// Whether a log has called someone so.
pub fn is_operator_name(name: &str) -> bool {
    name.ends_with(AS_OPERATOR)
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
    /// By what a repeated request is known again.
    pub idempotency: Idempotency,
    /// What the sender takes for granted.
    pub(in crate::authority) precondition: Precondition,
    /// What the log tells of it if it is refused.
    pub(in crate::authority) refusal: Refusal,
    /// Whether the answer's head alone is asked for (RFC 9110, 9.3.2).
    pub(in crate::authority) is_head: bool,
}

/// By what a request that is sent again is known again, so that what it asks for is done once.
#[derive(Clone, Default)]
pub struct Idempotency {
    key: String,
    is_repeatable: bool,
    is_used: Arc<AtomicBool>,
}

impl Idempotency {
    /// Of the request that `key` stands for: the client's own key with what it is for, or else the request's id.
    /// A request without a key of its own has not come before.
    pub fn new(key: String, is_repeatable: bool) -> Self {
        Self { key, is_repeatable, is_used: Arc::default() }
    }

    /// The id of the event that the request has left if it has come before: of the same person, with the same key.
    pub(crate) fn repeats(&self, person: &str) -> Option<String> {
        self.is_repeatable.then(|| self.event_of(person))
    }

    /// The id of the first event that the request leaves; none for further ones.
    pub(crate) fn event(&self, person: &str) -> Option<String> {
        let is_first = !self.key.is_empty() && !self.is_used.swap(true, Ordering::Relaxed);
        is_first.then(|| self.event_of(person))
    }

    fn event_of(&self, person: &str) -> String {
        let digest = Sha256::digest(format!("{person}\n{}", self.key).as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(id).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_log_shows_no_address_that_its_organization_does_not_know() {
        let detail = json!({ "address": "ada@private.test", "was": ["ada@work.test", "ada@account.test"], "role": "admin" });
        let event = Event::done("account.connected", "ada@account.test").resulting_in(detail);
        let told = event.knowing_only("ada@work.test", "ada@account.test");
        assert_eq!(told.target, "ada@work.test");
        assert_eq!(
            told.after,
            Some(
                json!({ "address": "another address", "was": ["ada@work.test", "ada@work.test"], "role": "admin" })
            )
        );
        let event = Event::done("session.ended", "Acme SSO").knowing_only("a@b.test", "a@c.test");
        assert_eq!(event.target, "Acme SSO");
    }
}
