//! Where a part of a list ends: the sort key and the id of the row there, opaque in an address.

use data_encoding::BASE64URL_NOPAD;
use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};

/// A place in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub(super) key: Key,
    pub(super) id: i64,
    /// Whether the part before this place is wanted instead of the part after it.
    pub(super) backwards: bool,
}

/// What the list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    Text(String),
    Milliseconds(i64),
}

impl Cursor {
    /// Reads a cursor back from an address.
    pub fn parse(text: &str) -> Option<Self> {
        let cursor: Self = serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        // PostgreSQL has no texts with a NUL.
        let is_text = !matches!(&cursor.key, Key::Text(text) if text.contains('\0'));
        is_text.then_some(cursor)
    }

    pub(super) fn key_as_value(&self) -> Expr {
        match &self.key {
            Key::Text(text) => Expr::val(text.as_str()),
            Key::Milliseconds(number) => Expr::val(*number),
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&BASE64URL_NOPAD.encode(&json))
    }
}
