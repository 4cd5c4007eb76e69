//! How the list is sorted, and a place in it: what it is sorted by, and the row, for which two people may be alike.

use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};

use crate::entity::membership::{Column, Entity};
use crate::listing::{self, Keyset};

/// An order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: By,
    pub descending: bool,
}

/// What the list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Name,
    Joined,
    Seen,
}

impl Sort {
    /// What a list begins with: by name, from A to Z; for those who were not here for a while, those who were away
    /// longest.
    pub fn first(unseen: Option<u16>) -> Self {
        Self { by: if unseen.is_some() { By::Seen } else { By::Name }, descending: false }
    }

    /// `name`, or `-name` for the other direction.
    pub fn parse(text: &str) -> Option<Self> {
        let (by, descending) = text.strip_prefix('-').map_or((text, false), |by| (by, true));
        let by = [By::Name, By::Joined, By::Seen].into_iter().find(|known| known.name() == by)?;
        Some(Self { by, descending })
    }

    /// The columns that the order walks.
    pub fn columns(self) -> [Expr; 2] {
        let by = match self.by {
            By::Name => Column::Name,
            By::Joined => Column::JoinedAt,
            By::Seen => Column::LastSeenAt,
        };
        [by, Column::Id].map(|column| Expr::col((Entity, column)))
    }

    /// Whether a place is one in this order.
    pub fn fits(self, cursor: &Cursor) -> bool {
        matches!(cursor.keyset.key, Key::Text(_)) == (self.by == By::Name)
    }
}

impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let minus = if self.descending { "-" } else { "" };
        write!(f, "{minus}{}", self.by.name())
    }
}

impl By {
    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Joined => "joined",
            Self::Seen => "seen",
        }
    }
}

/// A place in the list.
pub type Cursor = listing::Cursor<UserKeyset>;

/// What the list is sorted by, of the row there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserKeyset {
    pub key: Key,
    /// The membership.
    pub id: i64,
}

/// A value of the column that the list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    Text(String),
    Milliseconds(i64),
}

impl UserKeyset {
    /// Whether the row is one of before that moment, in milliseconds, in a list by time.
    pub fn is_before(&self, moment: i64) -> bool {
        matches!(self.key, Key::Milliseconds(at) if at < moment)
    }
}

impl Keyset for UserKeyset {
    fn values(&self) -> [Expr; 2] {
        let key = match &self.key {
            Key::Text(text) => Expr::val(text.as_str()),
            Key::Milliseconds(number) => Expr::val(*number),
        };
        [key, Expr::val(self.id)]
    }
}
