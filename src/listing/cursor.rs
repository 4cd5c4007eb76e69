//! A place in a list, as addresses carry it.

use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A place in a list, opaque in an address: `K` is what the list is sorted by, of the row there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor<K> {
    #[serde(flatten)]
    pub keyset: K,
    /// Whether the page before this place is wanted instead of the page after it.
    pub backwards: bool,
}

impl<K: DeserializeOwned> Cursor<K> {
    /// Reads a cursor back from an address. PostgreSQL has no texts with a NUL, so no row is at such a place.
    pub fn parse(text: &str) -> Option<Self> {
        let json = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let has_nul = json.windows(NUL.len()).any(|part| part == NUL);
        serde_json::from_slice(&json).ok().filter(|_| !has_nul)
    }
}

/// As JSON writes it; bare, it is no JSON.
const NUL: &[u8] = b"\\u0000";

impl<K: Serialize> std::fmt::Display for Cursor<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&BASE64URL_NOPAD.encode(&json))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Number {
        n: i64,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Text {
        id: String,
    }

    #[test]
    fn a_cursor_comes_back_from_an_address_and_nonsense_does_not() {
        let cursor = Cursor { keyset: Number { n: -7 }, backwards: true };
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        let nul = Cursor { keyset: Text { id: "\0".to_owned() }, backwards: false }.to_string();
        for text in ["", "garbage", "e30", "\u{e9}", &nul] {
            assert_eq!(Cursor::<Number>::parse(text), None, "{text}");
            assert_eq!(Cursor::<Text>::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_cursor_that_was_given_out_before_is_still_a_place() {
        let before = BASE64URL_NOPAD.encode(br#"{"id":"7","backwards":true}"#);
        let cursor = Cursor { keyset: Text { id: "7".to_owned() }, backwards: true };
        assert_eq!((Cursor::parse(&before), cursor.to_string()), (Some(cursor), before));
    }
}
