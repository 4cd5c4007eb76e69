//! What can be asked of the list: text, role, status, ways to sign in, last visit, order, place.

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::sort::{Cursor, Sort, UserKeyset};
use crate::entity::membership::{SecondFactor, Status};
use crate::error::Result;
use crate::listing::{ListQuery, line, optional, within};
use crate::role::Role;

/// Rows on a page.
pub const PAGE: u64 = 50;
/// Rows that a program may ask for at once.
pub const MOST: u64 = 200;
/// As many days without a visit as can be asked for.
const MOST_DAYS: u16 = 3650;

/// The query string as it was sent. Numbers are texts here, so that nonsense gets a sentence.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct RawUserQuery {
    /// Part of a name or an address; fewer than three letters match the beginning of an address.
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    #[param(value_type = String, pattern = "^(owner|admin|member)?$")]
    pub role: String,
    #[serde(default)]
    #[param(value_type = String, pattern = "^(active|deactivated|locked_out)?$")]
    pub status: String,
    /// Their second factor: their own, their provider's, or none.
    #[serde(default)]
    #[param(value_type = String, pattern = "^(own|provider|none)?$")]
    pub factor: String,
    /// The name of a provider that they sign in with.
    #[serde(default)]
    pub method: String,
    /// Days without a visit.
    #[serde(default)]
    #[param(value_type = u16, minimum = 1, maximum = 3650)]
    pub unseen: String,
    /// `name`, `joined` or `seen`; with `-` in front the other way round.
    #[serde(default)]
    #[param(value_type = String, pattern = "^(-?(name|joined|seen))?$")]
    pub sort: String,
    /// Where the next part of the list begins: `nextCursor` of the part before.
    #[serde(default)]
    pub cursor: String,
    /// How many at most; 50 unless said otherwise.
    #[serde(default)]
    #[param(value_type = u64, minimum = 1, maximum = 200)]
    pub limit: String,
    /// Of a file that a page offers.
    #[serde(default)]
    #[param(ignore)]
    pub format: String,
}

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct UserQuery {
    pub search: Option<String>,
    pub role: Option<Role>,
    pub status: Option<Status>,
    pub factor: Option<SecondFactor>,
    /// The provider that they sign in with.
    pub method: Option<String>,
    /// For how many days they were not here.
    pub unseen: Option<u16>,
    pub sort: Sort,
    pub cursor: Option<Cursor>,
    pub limit: u64,
}

impl RawUserQuery {
    /// # Errors
    /// 422 with a sentence about the field that makes no sense.
    pub fn parse(&self) -> Result<UserQuery> {
        let days = "Use a number of days from 1 to 3650.";
        let unseen = optional("unseen", &self.unseen, within(1..=MOST_DAYS), days)?;
        let sort = optional("sort", &self.sort, Sort::parse, "Sort by name, joined or seen.")?
            .unwrap_or(Sort::first(unseen));
        let statuses = "Use active, deactivated or locked_out.";
        let factors = "Use own, provider or none.";
        let place = "Not a valid cursor.";
        let cursor = |text: &str| Cursor::parse(text).filter(|cursor| sort.fits(cursor));
        let limit = "Use a number from 1 to 200.";
        Ok(UserQuery {
            search: typed(&self.q),
            role: optional("role", &self.role, Role::parse, "Use owner, admin or member.")?,
            status: optional("status", &self.status, Status::parse, statuses)?,
            factor: optional("factor", &self.factor, SecondFactor::parse, factors)?,
            method: typed(&self.method),
            unseen,
            cursor: optional("cursor", &self.cursor, cursor, place)?,
            limit: optional("limit", &self.limit, within(1..=MOST), limit)?.unwrap_or(PAGE),
            sort,
        })
    }
}

/// What was typed, without what no name holds; none for nothing.
fn typed(text: &str) -> Option<String> {
    Some(line(text, char::is_control)).filter(|line| !line.is_empty())
}

impl UserQuery {
    /// Those who were last here before this moment are asked for, in milliseconds.
    pub fn unseen_since(&self, now: DateTime<Utc>) -> Option<i64> {
        self.unseen.map(|days| (now - Duration::days(i64::from(days))).timestamp_millis())
    }

    /// Whether anyone is left out.
    pub fn is_filtered(&self) -> bool {
        self.search.is_some() || self.role.is_some() || self.is_for_admins()
    }

    /// Whether it is asked what members don't see of one another.
    pub fn is_for_admins(&self) -> bool {
        let Self { status, factor, method, unseen, .. } = self;
        status.is_some() || factor.is_some() || method.is_some() || unseen.is_some()
    }

    /// The order, where it is not the one that the list begins with.
    pub fn other_sort(&self) -> Option<Sort> {
        Some(self.sort).filter(|sort| *sort != Sort::first(self.unseen))
    }
}

impl ListQuery for UserQuery {
    type Keyset = UserKeyset;

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("q", self.search.clone()),
            ("role", self.role.map(|role| role.name().to_owned())),
            ("status", self.status.map(|status| status.name().to_owned())),
            ("factor", self.factor.map(|factor| factor.name().to_owned())),
            ("method", self.method.clone()),
            ("unseen", self.unseen.map(|days| days.to_string())),
            ("sort", self.other_sort().map(|sort| sort.to_string())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn limit(&self) -> u64 {
        self.limit
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::error::Error;
    use crate::users::sort::Key;

    #[test]
    fn nonsense_is_refused_with_the_field_it_stands_in() {
        let query = |field: &str, value: &str| {
            let mut raw = RawUserQuery::default();
            match field {
                "role" => raw.role = value.to_owned(),
                "status" => raw.status = value.to_owned(),
                "factor" => raw.factor = value.to_owned(),
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
            ("factor", "on"),
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
            let raw = serde_json::from_value::<RawUserQuery>(serde_json::json!(pairs)).expect("a query");
            raw.parse().expect("sense").address("/users")
        };
        for address in [
            "",
            "q=a+b%26&role=admin&status=locked_out&factor=none&method=google&unseen=90&sort=-name",
            "sort=-seen",
        ] {
            assert_eq!(raw(address).trim_start_matches("/users").trim_start_matches('?'), address);
        }
        assert_eq!(raw("unseen=30&sort=seen"), "/users?unseen=30", "the order of its own");
    }

    #[test]
    fn a_cursor_of_another_order_does_not_fit() {
        let keyset = UserKeyset { key: Key::Milliseconds(5), id: 1 };
        let cursor = Cursor { keyset, backwards: false }.to_string();
        let raw = |sort: &str| RawUserQuery {
            sort: sort.to_owned(),
            cursor: cursor.clone(),
            ..RawUserQuery::default()
        };
        assert!(raw("joined").parse().is_ok());
        assert!(raw("name").parse().is_err());
    }
}
