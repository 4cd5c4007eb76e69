//! What was sent, kept while the request is under way. When it can't be answered, the page that says so brings back what
//! was typed: to browsers without JavaScript; with htmx the form is still on the page. And what is sent again is the same
//! request only if it says the same.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::again::{Again, Field, KEY};
use crate::authority::client::IDEMPOTENCY_KEY;
use crate::links::ORGANIZATION_FIELD;

/// What came with a request.
pub struct Typed {
    body: Bytes,
    is_form: bool,
}

impl Typed {
    /// What is kept of `body`: a form, and whatever comes with an idempotency key; nothing of anything else.
    pub(super) fn of(request: &ServiceRequest, body: Bytes) -> Option<Self> {
        let is_form = is_form(request);
        let is_kept = is_form || request.headers().contains_key(IDEMPOTENCY_KEY);
        (is_kept && !request.method().is_safe()).then_some(Self { body, is_form })
    }

    /// What tells it from another: of a form whatever was typed, of anything else every byte.
    pub fn digest(&self) -> String {
        if !self.is_form {
            return HEXLOWER.encode(&Sha256::digest(&self.body));
        }
        let mut digest = Sha256::new();
        for part in self.pairs().filter(|(name, _)| name != KEY).flat_map(|(name, value)| [name, value]) {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        HEXLOWER.encode(&digest.finalize())
    }

    /// The key that a form has which is sent again.
    pub fn key(&self) -> Option<String> {
        self.pairs().find(|(name, _)| name == KEY).map(|(_, key)| key)
    }

    /// The id of the organization whose form it says it is.
    pub fn organization(&self) -> Option<String> {
        let field = |(name, id): (String, String)| (name == ORGANIZATION_FIELD).then_some(id);
        self.is_form.then(|| self.pairs().find_map(field)).flatten()
    }

    /// The form as it is sent again to where it was sent: with the key by which it is done once.
    pub fn again(&self, action: &str, key: &str) -> Option<Again> {
        if !self.is_form {
            return None;
        }
        let typed = self.pairs().filter(|(name, _)| name != KEY);
        let key = (KEY.to_owned(), key.to_owned());
        let fields: Vec<Field> = typed.chain([key]).map(Field::new).collect();
        let is_typed = fields.iter().any(|field| !field.label.is_empty());
        Some(Again { action: action.to_owned(), is_typed, fields })
    }

    fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned()
    }
}

fn is_form(request: &ServiceRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_and_a_secret_does_not() {
        let body = b"name=Acme+%26+Co&version=3&key=sk-CANARY&note=&idempotency_key=old";
        let typed = Typed { body: Bytes::from_static(body), is_form: true };
        assert_eq!(typed.key().as_deref(), Some("old"));
        let again = typed.again("/settings/admin?tab=1", "new").expect("a form");
        let field = |field: &Field| format!("{}={} {}", field.name, field.value, field.label);
        let fields: Vec<String> = again.fields.iter().map(field).collect();
        assert_eq!(
            fields,
            ["name=Acme & Co Name", "version=3 ", "key= Key", "note= ", "idempotency_key=new "]
        );
        assert!(again.fields[2].is_secret);
    }

    #[test]
    fn what_is_sent_again_is_the_same_if_it_says_the_same() {
        let digest = |body: &'static str, is_form| {
            Typed { body: Bytes::from_static(body.as_bytes()), is_form }.digest()
        };
        assert_eq!(digest("a=b&c=d", true), digest("a=b&c=d&idempotency_key=7", true));
        assert_ne!(digest("a=b&c=d", true), digest("a=b&c=e", true));
        assert_ne!(digest("a=bc", true), digest("ab=c", true));
        assert_ne!(digest(r#"{"a":1}"#, false), digest(r#"{"a":2}"#, false));
    }
}
