//! Where a part of the list ends: what the list is sorted by, and the row, for which two people may be alike.

use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};

use crate::paging;

/// A place in the list.
pub type Cursor = paging::Cursor<Mark>;

/// What the list is sorted by, of the row there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub(super) key: Key,
    pub(super) id: i64,
}

/// The column that the list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    Text(String),
    Milliseconds(i64),
}

impl Mark {
    /// Whether the row is one of before that moment, in milliseconds, in a list by time.
    pub(super) fn is_before(&self, moment: i64) -> bool {
        matches!(self.key, Key::Milliseconds(at) if at < moment)
    }

    pub(super) fn key_as_value(&self) -> Expr {
        match &self.key {
            Key::Text(text) => Expr::val(text.as_str()),
            Key::Milliseconds(number) => Expr::val(*number),
        }
    }
}
