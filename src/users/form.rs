//! What can be asked of the list: text, role, order, place.

use serde::Deserialize;

use super::cursor::{Key, Mark};
use super::{Cursor, Listed};
use crate::access::Role;
use crate::entity::membership::Column;
use crate::error::{Error, Result};

/// Rows on a page.
pub const PAGE: u64 = 50;
/// Rows that a program may ask for at once.
pub const MOST: u64 = 200;
/// As much of a search as is looked at, in characters.
const LONGEST_SEARCH: usize = 100;

/// The query string as it was sent. Numbers are texts here, so that nonsense gets a sentence.
#[derive(Debug, Default, Deserialize)]
pub struct RawQuery {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub sort: String,
    #[serde(default)]
    pub cursor: String,
    #[serde(default)]
    pub limit: String,
}

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub search: Option<String>,
    pub role: Option<Role>,
    pub sort: Sort,
    pub cursor: Option<Cursor>,
    pub limit: u64,
}

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

impl RawQuery {
    /// # Errors
    /// 422 with a sentence about the field that makes no sense.
    pub fn parse(&self) -> Result<ListQuery> {
        let search: String = self.q.trim().chars().filter(|c| !c.is_control()).take(LONGEST_SEARCH).collect();
        let sort =
            Sort::parse(&self.sort).ok_or_else(|| Error::invalid("sort", "Sort by name, joined or seen."))?;
        Ok(ListQuery {
            search: (!search.is_empty()).then_some(search),
            role: optional(&self.role, "role", "The role is owner, admin or member.", Role::parse)?,
            cursor: optional(
                &self.cursor,
                "cursor",
                "This place in the list is not one we gave out.",
                |text| Cursor::parse(text).filter(|cursor| sort.fits(cursor)),
            )?,
            limit: optional(&self.limit, "limit", "The limit is a number from 1 to 200.", |text| {
                text.parse().ok().filter(|limit| (1..=MOST).contains(limit))
            })?
            .unwrap_or(PAGE),
            sort,
        })
    }
}

fn optional<T>(
    text: &str,
    field: &str,
    sentence: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    parse(text).map(Some).ok_or_else(|| Error::invalid(field, sentence))
}

impl Sort {
    /// By name, from A to Z: what a list begins with.
    pub const DEFAULT: Self = Self { by: By::Name, descending: false };

    /// `name`, or `-name` for the other direction; nothing is the default.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::DEFAULT);
        }
        let (by, descending) = text.strip_prefix('-').map_or((text, false), |by| (by, true));
        let by = [By::Name, By::Joined, By::Seen].into_iter().find(|known| known.name() == by)?;
        Some(Self { by, descending })
    }

    /// The column that the order walks.
    pub(super) fn column(self) -> Column {
        match self.by {
            By::Name => Column::Name,
            By::Joined => Column::JoinedAt,
            By::Seen => Column::LastSeenAt,
        }
    }

    pub(super) fn mark(self, person: &Listed) -> Mark {
        let key = match self.by {
            By::Name => Key::Text(person.name.clone()),
            By::Joined => Key::Milliseconds(person.joined_at.timestamp_millis()),
            By::Seen => Key::Milliseconds(person.last_seen_at.timestamp_millis()),
        };
        Mark { key, id: person.membership }
    }

    fn fits(self, cursor: &Cursor) -> bool {
        matches!(cursor.mark.key, Key::Text(_)) == (self.by == By::Name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused_with_the_field_it_stands_in() {
        let query = |field: &str, value: &str| {
            let mut raw = RawQuery::default();
            match field {
                "role" => raw.role = value.to_owned(),
                "sort" => raw.sort = value.to_owned(),
                "cursor" => raw.cursor = value.to_owned(),
                _ => raw.limit = value.to_owned(),
            }
            raw.parse()
        };
        for (field, value) in [
            ("role", "Admin"),
            ("role", "admin\0"),
            ("sort", "email; drop table users"),
            ("sort", "--name"),
            ("cursor", "garbage"),
            ("cursor", "e30"),
            ("cursor", "eyJrZXkiOiJcdTAwMDAiLCJpZCI6MSwiYmFja3dhcmRzIjpmYWxzZX0"),
            ("limit", "0"),
            ("limit", "-1"),
            ("limit", "9000000000000000000000"),
            ("limit", "NaN"),
        ] {
            match query(field, value) {
                Err(Error::Invalid(errors)) => assert!(errors.contains_key(field), "{field} {value}"),
                other => assert!(other.is_err(), "{field} {value} was taken"),
            }
        }
    }

    #[test]
    fn a_cursor_of_another_order_does_not_fit() {
        let cursor = Cursor { mark: Mark { key: Key::Milliseconds(5), id: 1 }, backwards: false }.to_string();
        let raw =
            |sort: &str| RawQuery { sort: sort.to_owned(), cursor: cursor.clone(), ..RawQuery::default() };
        assert!(raw("joined").parse().is_ok());
        assert!(raw("name").parse().is_err());
    }
}
