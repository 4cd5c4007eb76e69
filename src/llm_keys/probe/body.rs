//! The body of an answer, as far as it can be read.

use std::borrow::Cow;

use serde_json::Value;

/// What was sent. Of a text, no more than its beginning is looked at.
pub(super) enum Body<'a> {
    Nothing,
    /// HTML or XML: a page for people.
    Page,
    Json(Value),
    Text(Cow<'a, str>),
}

/// As much of a text as a message takes, in bytes.
const LONGEST: usize = 2000;
/// Where providers say what is wrong.
const TELLING: [&str; 11] = [
    "error",
    "errors",
    "type",
    "code",
    "status",
    "reason",
    "message",
    "msg",
    "detail",
    "details",
    "error_code",
];

impl<'a> Body<'a> {
    /// Reads it by its shape: what it is called (`Content-Type`) is often wrong.
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
        match bytes.first() {
            None => Self::Nothing,
            Some(b'<') => Self::Page,
            Some(_) => serde_json::from_slice(bytes).map_or_else(
                |_| Self::Text(String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)])),
                Self::Json,
            ),
        }
    }

    /// Whether it says of itself that it is an error.
    pub(super) fn is_error(&self) -> bool {
        let Self::Json(json) = self else { return false };
        ["error", "errors"].iter().filter_map(|name| json.get(name)).any(is_set)
            || json.get("success") == Some(&Value::Bool(false))
            || json.get("type").is_some_and(|kind| kind == "error")
    }

    /// The status that an error inside names: gateways answer 200, and say there what they mean.
    pub(super) fn status_inside(&self) -> Option<u16> {
        let Self::Json(json) = self else { return None };
        ["/error/code", "/error/status"].iter().filter_map(|place| json.pointer(place)).find_map(status)
    }

    /// What it says is wrong, in lower case: for looking for words in it, and for no one's eyes. It may repeat the key.
    pub(super) fn complaint(&self) -> String {
        let mut complaint = String::new();
        match self {
            Self::Nothing | Self::Page => {}
            Self::Json(json) => gather(json, &mut complaint),
            Self::Text(text) => complaint.push_str(text),
        }
        complaint.to_lowercase()
    }
}

/// A status of an error, as a number or in digits.
fn status(value: &Value) -> Option<u16> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|status| (400..=599).contains(status))
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_so) => *is_so,
        Value::Number(number) => number.as_u64() != Some(0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

/// Adds all texts that stand at telling places.
fn gather(json: &Value, texts: &mut String) {
    match json {
        Value::String(text) => {
            texts.push_str(text);
            texts.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Value::Object(fields) => {
            let telling = fields.iter().filter(|(name, _)| TELLING.contains(&name.as_str()));
            telling.for_each(|(_, value)| gather(value, texts));
        }
        _ => {}
    }
}
