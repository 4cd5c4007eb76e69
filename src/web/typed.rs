//! What was typed into a form, kept while the request is under way: when it can't be answered, the page that says so
//! brings it back. Only for browsers without JavaScript; with htmx the form is still on the page.

use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Bytes;
use tokio::time::timeout;

use super::view::is_htmx;

/// The longest form that is kept, in bytes.
const MOST: usize = 64 * 1024;
/// How long a form may take to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// The field that holds the idempotency key.
const KEY: &str = "idempotency_key";
/// Fields that hold a secret: they are asked for again and never sent back.
const SECRETS: [&str; 4] = ["key", "secret", "password", "token"];
/// Fields that no person has typed.
const UNSEEN: [&str; 9] =
    [KEY, "back", "batch", "digest", "version", "return_to", "request", "preview", "confirmed"];

/// A form that came.
pub struct Typed {
    body: Bytes,
}

/// The same form, to be sent again.
pub struct Again {
    /// Where it goes.
    pub action: String,
    pub fields: Vec<Field>,
}

/// A field of it.
pub struct Field {
    pub name: String,
    pub value: String,
    /// As a person would call it; empty for one that nobody typed.
    pub label: String,
    pub is_secret: bool,
}

impl Typed {
    /// Reads the form of a browser ahead; none of anything else, and none that is too long or does not come.
    pub async fn of(request: &mut ServiceRequest) -> Option<Self> {
        if !is_plain_form(request) {
            return None;
        }
        let body = timeout(PATIENCE, request.extract::<Bytes>()).await.ok()?.ok()?;
        request.set_payload(Payload::from(body.clone()));
        Some(Self { body })
    }

    /// The key that a form has which is sent again.
    pub fn key(&self) -> Option<String> {
        self.pairs().find(|(name, _)| name == KEY).map(|(_, key)| key)
    }

    /// The form as it is sent again to where it was sent: with the key by which it is done once.
    pub fn again(&self, action: &str, key: &str) -> Again {
        let typed = self.pairs().filter(|(name, _)| name != KEY);
        let key = (KEY.to_owned(), key.to_owned());
        Again { action: action.to_owned(), fields: typed.chain([key]).map(Field::new).collect() }
    }

    fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned()
    }
}

impl Field {
    fn new((name, value): (String, String)) -> Self {
        let is_secret = name != KEY && SECRETS.iter().any(|secret| name.ends_with(secret));
        let label =
            if UNSEEN.contains(&name.as_str()) || value.is_empty() { String::new() } else { label(&name) };
        let value = if is_secret { String::new() } else { value };
        Self { name, value, label, is_secret }
    }
}

/// `base_url` → `Base url`.
fn label(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn is_plain_form(request: &ServiceRequest) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_form =
        header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let is_short =
        header(CONTENT_LENGTH).and_then(|length| length.parse().ok()).is_some_and(|n: usize| n <= MOST);
    request.method() == Method::POST && is_form && is_short && !is_htmx(request.request())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_and_a_secret_does_not() {
        let body = b"name=Acme+%26+Co&version=3&key=sk-CANARY&note=&idempotency_key=old";
        let typed = Typed { body: Bytes::from_static(body) };
        assert_eq!(typed.key().as_deref(), Some("old"));
        let again = typed.again("/settings/admin?tab=1", "new");
        let field = |field: &Field| format!("{}={} {}", field.name, field.value, field.label);
        let fields: Vec<String> = again.fields.iter().map(field).collect();
        assert_eq!(
            fields,
            ["name=Acme & Co Name", "version=3 ", "key= Key", "note= ", "idempotency_key=new "]
        );
        assert!(again.fields[2].is_secret);
    }
}
