//! What a program sends.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::{Error, Result};
use crate::stray_secret;

const OTHER_TYPE: &str = "This isn’t the type of value that belongs here.";

/// A document that comes with a request.
pub struct Body<T>(T);

impl<T> Body<T> {
    /// What it says.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request);
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| Error::Malformed(error.to_string()))?;
            if !is_json {
                return Err(Error::NotJson);
            }
            read(&bytes).map(Self)
        })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// Reads a document: what is no JSON is malformed, and of what is another document than this the field is named.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // serde would take the values of a list for the fields of a document, in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Error::invalid("body", OTHER_TYPE));
    }
    let mut document = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut document).map_err(|error| {
        let path = error.path().to_string();
        refusal(&path, error.inner())
    })?;
    document.end().map_err(|error| malformed(&error))?;
    Ok(body)
}

fn refusal(path: &str, error: &serde_json::Error) -> Error {
    if error.classify() != Category::Data {
        return malformed(error);
    }
    // serde has no other way to tell these apart. Nothing else of its sentence is said: what was sent may be a secret.
    let said = error.to_string();
    let named = |beginning: &str| said.strip_prefix(beginning)?.split('`').next();
    if let Some(field) = named("unknown field `") {
        return Error::invalid(shown(field), "There is no such field.");
    }
    if let Some(field) = named("missing field `") {
        return Error::invalid(field, "This field is required.");
    }
    // A path is of fields that there are.
    let path = if path == "." { "body" } else { path };
    Error::invalid(path, OTHER_TYPE)
}

/// As many letters as a field's name has that somebody may have meant.
const LONGEST_NAME: usize = 32;

/// What a field is called that there is not; `body` where its name may be a secret.
fn shown(field: &str) -> &str {
    let is_name =
        field.len() <= LONGEST_NAME && field.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if is_name && !stray_secret::is_in(field) { field } else { "body" }
}

/// Where it went wrong, but not what stood there, which may be a secret.
fn malformed(error: &serde_json::Error) -> Error {
    let (what, line, column) = (error.classify(), error.line(), error.column());
    Error::Malformed(format!("JSON: {what:?} error in line {line}, column {column}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Sent {
        #[expect(dead_code, reason = "only read")]
        open_to: Vec<String>,
    }

    fn refused(text: &str) -> String {
        match read::<Sent>(text.as_bytes()) {
            Err(Error::Invalid(errors)) => errors.into_keys().collect(),
            Err(Error::Malformed(_)) => "malformed".to_owned(),
            other => format!("{:?}", other.map(|_| ())),
        }
    }

    #[test]
    fn what_is_wrong_with_a_document_is_said_by_the_name_of_the_field() {
        for (text, field) in [
            (r#"{"openTo":["a"],"colour":1}"#, "colour"),
            (r#"{"openTo":["a"],"sk-4f7Q":1}"#, "body"),
            (r#"{"openTo":["a"],"correct horse battery staple":1}"#, "body"),
            ("{}", "openTo"),
            (r#"{"openTo":["a",7]}"#, "openTo[1]"),
            (r#"{"openTo":"sk-CANARY"}"#, "openTo"),
            ("[7]", "body"),
            (r#" [["a"]]"#, "body"),
            ("7", "body"),
            ("", "malformed"),
            (r#"{"openTo":["a"]} and more"#, "malformed"),
            (r#"{"openTo":"#, "malformed"),
        ] {
            assert_eq!(refused(text), field, "{text}");
        }
    }
}
