//! Reading what providers answer. What decides nothing is read leniently: an odd value there counts as absent, so that
//! it keeps no one out.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

/// Reads a document. Bytes that are no UTF-8 are replaced: they may stand where no one looks.
///
/// # Errors
/// When it is no JSON, or not what is needed.
pub fn read<T: DeserializeOwned>(document: &[u8]) -> serde_json::Result<T> {
    let text = String::from_utf8_lossy(document);
    serde_json::from_str(text.trim_start_matches('\u{feff}'))
}

/// A member that may be left out, and is as good as left out where it is `null` or something else: for
/// `deserialize_with`.
///
/// # Errors
/// When the document ends in the middle of it.
pub fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    // Raw, because a number or a text that no type can hold is an error even for a type that holds anything.
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str::<Option<T>>(raw.get()).ok().flatten())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    struct Document {
        needed: String,
        #[serde(default, deserialize_with = "lenient")]
        name: Option<String>,
    }

    fn read_name(document: &[u8]) -> Option<String> {
        let document: Document = read(document).expect("readable");
        assert_eq!(document.needed, "yes");
        document.name
    }

    #[test]
    fn an_odd_member_counts_as_absent() {
        for odd in ["null", "1", "1e999", "[]", "{\"a\":[1]}", "true", r#""\ud800""#] {
            let document = format!(r#"{{"unused":{odd},"name":{odd},"needed":"yes"}}"#);
            assert_eq!(read_name(document.as_bytes()), None, "{odd}");
        }
        assert_eq!(read_name(br#"{"needed":"yes"}"#), None);
        assert_eq!(read_name(br#"{"needed":"yes","name":"Ada"}"#).as_deref(), Some("Ada"));
    }

    #[test]
    fn nothing_counts_as_absent_whatever_can_stand_there() {
        #[derive(Deserialize)]
        struct Any {
            #[serde(default, deserialize_with = "lenient")]
            any: Option<serde_json::Value>,
        }
        assert!(read::<Any>(br#"{"any":null}"#).expect("readable").any.is_none());
        assert!(read::<Any>(br#"{"any":[null]}"#).expect("readable").any.is_some());
    }

    #[test]
    fn a_mark_at_the_start_and_bytes_that_are_no_utf_8_are_no_error() {
        assert_eq!(read_name(b"\xef\xbb\xbf{\"needed\":\"yes\",\"unused\":\"J\xf6rg\"}"), None);
        assert_eq!(read_name(b"{\"needed\":\"yes\",\"name\":\"J\xf6rg\"}").as_deref(), Some("J\u{fffd}rg"));
    }

    #[test]
    fn what_is_needed_is_needed() {
        for document in ["", "<html>", "{}", r#"{"needed":1}"#, r#"{"needed":"yes""#] {
            assert!(read::<Document>(document.as_bytes()).is_err(), "{document}");
        }
    }
}
