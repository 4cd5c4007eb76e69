//! What can be asked of the list: text, role, status, ways to sign in, last visit, order, place.

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::cursor::{Key, Mark};
use super::{Cursor, Listed, Status};
use crate::access::Role;
use crate::entity::membership::Column;
use crate::error::{Error, Result};

/// Rows on a page.
pub const PAGE: u64 = 50;
/// Rows that a program may ask for at once.
pub const MOST: u64 = 200;
/// As much of a search as is looked at, in characters.
const LONGEST_SEARCH: usize = 100;
/// As many days without a visit as can be asked for.
const MOST_DAYS: u16 = 3650;

/// The query string as it was sent. Numbers are texts here, so that nonsense gets a sentence.
#[derive(Debug, Default, Deserialize)]
pub struct RawQuery {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub method: String,
    #[serde(default)]
    pub unseen: String,
    #[serde(default)]
    pub sort: String,
    #[serde(default)]
    pub cursor: String,
    #[serde(default)]
    pub limit: String,
    #[serde(default)]
    pub format: String,
}

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub search: Option<String>,
    pub role: Option<Role>,
    pub status: Option<Status>,
    /// The provider that they sign in with.
    pub method: Option<String>,
    /// For how many days they were not here.
    pub unseen: Option<u16>,
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
        let unseen = optional(&self.unseen, "unseen", "The days are a number from 1 to 3650.", |text| {
            text.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days))
        })?;
        let sort = optional(&self.sort, "sort", "Sort by name, joined or seen.", Sort::parse)?
            .unwrap_or(Sort::first(unseen));
        Ok(ListQuery {
            search: line(&self.q),
            role: optional(&self.role, "role", "The role is owner, admin or member.", Role::parse)?,
            status: optional(
                &self.status,
                "status",
                "The status is active, deactivated or locked_out.",
                Status::parse,
            )?,
            method: line(&self.method),
            unseen,
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

/// What was typed, without what no name holds; none for nothing.
fn line(text: &str) -> Option<String> {
    let line: String = text.trim().chars().filter(|c| !c.is_control()).take(LONGEST_SEARCH).collect();
    (!line.is_empty()).then_some(line)
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

impl ListQuery {
    /// Those who were last here before this moment are asked for, in milliseconds.
    pub fn unseen_since(&self, now: DateTime<Utc>) -> Option<i64> {
        self.unseen.map(|days| (now - Duration::days(i64::from(days))).timestamp_millis())
    }

    /// Whether anybody is left out.
    pub fn is_filtered(&self) -> bool {
        let Self { search, role, status, method, unseen, .. } = self;
        search.is_some() || role.is_some() || status.is_some() || method.is_some() || unseen.is_some()
    }

    /// Whether it is asked what members don't see of one another.
    pub fn is_for_admins(&self) -> bool {
        self.status.is_some() || self.method.is_some() || self.unseen.is_some()
    }

    /// What is asked, without the place in the list, as it stands in addresses.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let sort = (self.sort != Sort::first(self.unseen)).then_some(self.sort);
        let pairs = [
            ("q", self.search.clone()),
            ("role", self.role.map(|role| role.name().to_owned())),
            ("status", self.status.map(|status| status.name().to_owned())),
            ("method", self.method.clone()),
            ("unseen", self.unseen.map(|days| days.to_string())),
            ("sort", sort.map(|sort| sort.to_string())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The query string of this view: whatever is shown can be shared, reloaded and gone back to.
    pub fn address(&self) -> String {
        let cursor = self.cursor.iter().map(|cursor| ("cursor", cursor.to_string()));
        Serializer::new(String::new()).extend_pairs(self.pairs().into_iter().chain(cursor)).finish()
    }
}

impl Sort {
    /// What a list begins with: by name, from A to Z; for those who were not here for a while, whoever was away longest.
    fn first(unseen: Option<u16>) -> Self {
        Self { by: if unseen.is_some() { By::Seen } else { By::Name }, descending: false }
    }

    /// `name`, or `-name` for the other direction.
    pub fn parse(text: &str) -> Option<Self> {
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
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn nonsense_is_refused_with_the_field_it_stands_in() {
        let query = |field: &str, value: &str| {
            let mut raw = RawQuery::default();
            match field {
                "role" => raw.role = value.to_owned(),
                "status" => raw.status = value.to_owned(),
                "unseen" => raw.unseen = value.to_owned(),
                "sort" => raw.sort = value.to_owned(),
                "cursor" => raw.cursor = value.to_owned(),
                _ => raw.limit = value.to_owned(),
            }
            raw.parse()
        };
        for (field, value) in [
            ("role", "Admin"),
            ("role", "admin\0"),
            ("status", "Active"),
            ("unseen", "0"),
            ("unseen", "-30"),
            ("unseen", "99999"),
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
    fn a_view_comes_back_from_its_address() {
        let raw = |text: &str| {
            let pairs: HashMap<_, _> = url::form_urlencoded::parse(text.as_bytes()).collect();
            serde_json::from_value::<RawQuery>(serde_json::json!(pairs)).expect("a query").parse()
        };
        for address in
            ["", "q=a+b%26&role=admin&status=locked_out&method=google&unseen=90&sort=-name", "sort=-seen"]
        {
            assert_eq!(raw(address).expect("sense").address(), address);
        }
        assert_eq!(raw("unseen=30&sort=seen").expect("sense").address(), "unseen=30", "the order of its own");
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
