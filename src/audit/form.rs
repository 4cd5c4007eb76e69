//! What can be typed to ask the log: fields, or one line instead of them.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use super::outcome::EventOutcome;
use super::query::{Cursor, EventQuery, What};
use crate::error::{Error, FieldErrors};
use crate::listing::{Problems, optional, within};
use crate::stray_secret;

/// What is said of days that leave none.
pub const LAST_BEFORE_FIRST: &str = "The end date is before the start date.";
const NO_SECRETS: &str = "This looks like a secret key. The log holds none.";
const DAY: &str = "Use a date like 2026-11-21.";
const LIMITS: &str = "Use a number from 1 to 200.";
const NO_PLACE: &str = "Not a valid place in the log.";
/// Events on a page.
const PAGE: u64 = 50;
/// Events that a program may ask for at once.
const MOST: u64 = 200;
/// As much of a beginning as is looked at, in characters: more of a target is in no index.
const LONGEST: usize = 100;

/// The query string as it was sent. Dates are texts here, so that nonsense gets a sentence.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
pub struct RawEventQuery {
    /// All of it in one line, instead of the fields.
    #[param(ignore)]
    pub q: Option<String>,
    /// The beginning of the address of who did it.
    #[serde(default)]
    pub who: String,
    /// An action such as `invites.sent`, or a group of them such as `users`.
    #[serde(default)]
    #[param(value_type = String, pattern = "^[a-z_.]{0,100}$")]
    pub what: String,
    /// `done` or `refused`.
    #[serde(default)]
    #[param(value_type = String, pattern = "^(done|refused)?$")]
    pub outcome: String,
    /// The first day, in UTC, such as `2026-11-21`.
    #[serde(default)]
    #[param(value_type = String, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    pub from: String,
    /// The last day, in UTC, such as `2026-11-21`.
    #[serde(default)]
    #[param(value_type = String, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    pub to: String,
    /// The beginning of what it was done to.
    #[serde(default)]
    pub target: String,
    /// A text in any of these.
    #[serde(default)]
    pub text: String,
    /// Where the next part of the list begins: `nextCursor` of the part before.
    #[serde(default)]
    pub cursor: String,
    /// How many at most; 50 unless said otherwise.
    #[serde(default)]
    #[param(value_type = u64, minimum = 1, maximum = 200)]
    pub limit: String,
    /// The place of the newest event that the reader has seen.
    #[serde(default)]
    #[param(ignore)]
    pub newer: String,
    #[serde(default)]
    #[param(ignore)]
    pub format: String,
}

impl RawEventQuery {
    /// Reads the fields, whatever the line says.
    ///
    /// # Errors
    /// Sentences about all fields that make no sense.
    pub fn parse_fields(&self) -> Result<EventQuery, FieldErrors> {
        let mut problems = Problems::default();
        let what = optional("what", self.what.trim(), What::parse, "Choose one from the list.");
        let outcomes = "Use done or refused.";
        let outcome = optional("outcome", self.outcome.trim(), EventOutcome::parse, outcomes);
        let query = EventQuery {
            who: beginning(&self.who.to_lowercase()),
            what: problems.note(what).unwrap_or(What::Everything),
            outcome: problems.note(outcome),
            from: problems.note(optional("from", self.from.trim(), day, DAY)),
            to: problems.note(optional("to", self.to.trim(), day, DAY)),
            target: beginning(&self.target),
            text: words(&self.text),
            cursor: problems.note(optional("cursor", self.cursor.trim(), Cursor::parse, NO_PLACE)),
            limit: PAGE,
        };
        if query.from.zip(query.to).is_some_and(|(from, to)| from > to) {
            problems.add("to", LAST_BEFORE_FIRST);
        }
        if stray_secret::is_in(&self.text) {
            problems.add("text", NO_SECRETS);
        }
        problems.or(query)
    }

    /// The fields of a program, which says how many it wants at once.
    ///
    /// # Errors
    /// As [`Self::parse_fields`].
    pub fn parse_for_programs(&self) -> Result<EventQuery, FieldErrors> {
        let limit = optional("limit", &self.limit, within(1..=MOST), LIMITS)?;
        Ok(EventQuery { limit: limit.unwrap_or(PAGE), ..self.parse_fields()? })
    }

    /// Where the newest event stands that the reader has seen.
    ///
    /// # Errors
    /// 422 when it is no place in the log.
    pub fn newest_seen(&self) -> Result<Cursor, Error> {
        Cursor::parse(&self.newer).ok_or_else(|| Error::invalid("cursor", NO_PLACE))
    }
}

impl From<&EventQuery> for RawEventQuery {
    /// What was asked, as it was read.
    fn from(query: &EventQuery) -> Self {
        let mut fields = query.fields();
        let mut field = |name: &str| fields.remove(name).unwrap_or_default();
        Self {
            who: field("who"),
            what: field("what"),
            outcome: field("outcome"),
            from: field("from"),
            to: field("to"),
            target: field("target"),
            text: field("text"),
            ..Self::default()
        }
    }
}

/// A day that has one before and one after it of the same form.
pub fn day(text: &str) -> Option<NaiveDate> {
    let is_short = text.len() == "2026-11-21".len();
    let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| is_short);
    parsed.filter(|day| (1..9999).contains(&day.year()))
}

/// As much of what was typed as is looked for. Read once more, it stays as it is.
pub fn beginning(text: &str) -> String {
    let letters = text.chars().filter(|c| !c.is_control()).skip_while(|c| c.is_whitespace());
    letters.take(LONGEST).collect::<String>().trim_end().to_owned()
}

/// The words of a text, as many of its characters as are looked for. Read once more, it stays as it is.
fn words(text: &str) -> String {
    let letters: String = text.chars().filter(|c| !c.is_control() || c.is_whitespace()).collect();
    beginning(&letters.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(field: &str, value: &str) -> RawEventQuery {
        let query = serde_json::json!({ field: value });
        serde_json::from_value(query).expect("a query")
    }

    #[test]
    fn nonsense_is_refused_with_the_field_it_stands_in() {
        for (field, value) in [
            ("what", "nonsense"),
            ("what", "users; drop table events"),
            ("outcome", "maybe"),
            ("from", "2026-13-01"),
            ("from", "yesterday"),
            ("to", "+99999-01-01"),
            ("to", "NaN"),
            ("cursor", "garbage"),
            ("cursor", "e30"),
        ] {
            let problems = raw(field, value).parse().expect_err("a sentence");
            assert!(problems.contains_key(field), "{field}={value}: {problems:?}");
        }
    }

    #[test]
    fn a_day_lasts_until_the_next() {
        let query = raw("to", "2026-02-28").parse().expect("a query");
        assert_eq!(query.until(), Some(1_772_323_200_000), "midnight of the first of March");
        let backwards = RawEventQuery { from: "2026-03-01".to_owned(), ..raw("to", "2026-02-28") };
        assert!(backwards.parse().expect_err("a sentence").contains_key("to"));
    }

    #[test]
    fn what_was_asked_stands_in_addresses_as_it_was_read() {
        let query = RawEventQuery { what: "users".to_owned(), ..raw("who", " Ada@acme.test\n") };
        let pairs: Vec<_> = query.parse().expect("a query").fields().into_iter().collect();
        assert_eq!(pairs, [("what", "users".to_owned()), ("who", "ada@acme.test".to_owned())]);
    }
}
