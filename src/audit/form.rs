//! What can be asked of the audit log: who, what, with what outcome, when, about what.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::language;
use super::list::Mark;
use super::words::{self, Group};
use crate::error::{Error, FieldErrors};
use crate::paging;

/// What is said of days that leave none.
pub(super) const LAST_BEFORE_FIRST: &str = "The last day is before the first.";
/// Events on a page.
pub const PAGE: u64 = 50;
/// As much of a beginning as is looked at, in characters: more of a target is in no index.
const LONGEST: usize = 100;

/// The query string as it was sent. Dates are texts here, so that nonsense gets a sentence.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RawQuery {
    /// All of it in one line, instead of the fields.
    pub q: Option<String>,
    #[serde(default)]
    pub who: String,
    #[serde(default)]
    pub what: String,
    #[serde(default)]
    pub outcome: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    #[serde(default)]
    pub target: String,
    #[serde(default)]
    pub cursor: String,
    /// The place of the newest event that the reader has seen.
    #[serde(default)]
    pub newer: String,
    #[serde(default)]
    pub format: String,
}

/// What is asked of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The beginning of the actor's address, or nothing.
    pub who: String,
    pub what: What,
    pub outcome: Option<Outcome>,
    /// The first day, in UTC.
    pub from: Option<NaiveDate>,
    /// The last day, in UTC.
    pub to: Option<NaiveDate>,
    /// The beginning of the target, or nothing.
    pub target: String,
    pub cursor: Option<Cursor>,
    /// How many events at once.
    pub limit: u64,
}

/// A place in the log.
pub type Cursor = paging::Cursor<Mark>;

/// Which actions are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Everything,
    Group(&'static Group),
    Action(String),
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Refused,
}

impl Outcome {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Done, Self::Refused];

    /// The name in the database and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

impl RawQuery {
    /// # Errors
    /// Sentences about the fields or words that make no sense.
    pub fn parse(&self) -> Result<Query, FieldErrors> {
        match &self.q {
            Some(line) => language::parse(line),
            None => self.parse_fields(),
        }
    }

    pub(super) fn parse_fields(&self) -> Result<Query, FieldErrors> {
        let mut problems = Problems::default();
        let what = problems.optional("what", &self.what, What::parse, "Choose one from the list.");
        let outcome = |text: &str| Outcome::ALL.into_iter().find(|outcome| outcome.name() == text);
        let query = Query {
            who: beginning(&self.who.to_lowercase()),
            what: what.unwrap_or(What::Everything),
            outcome: problems.optional("outcome", &self.outcome, outcome, "The outcome is done or refused."),
            from: problems.optional("from", &self.from, day, DAY),
            to: problems.optional("to", &self.to, day, DAY),
            target: beginning(&self.target),
            cursor: problems.optional("cursor", &self.cursor, Cursor::parse, NO_PLACE),
            limit: PAGE,
        };
        if query.from.zip(query.to).is_some_and(|(from, to)| from > to) {
            problems.add("to", LAST_BEFORE_FIRST);
        }
        problems.or(query)
    }

    /// Where the newest event stands that the reader has seen.
    ///
    /// # Errors
    /// 422 when it is no place in the log.
    pub fn newest_seen(&self) -> Result<Cursor, Error> {
        Cursor::parse(&self.newer).ok_or_else(|| Error::invalid("cursor", NO_PLACE))
    }
}

impl Query {
    /// What is filtered, by field, as it stands in addresses.
    pub fn pairs(&self) -> BTreeMap<&'static str, String> {
        let what = match &self.what {
            What::Everything => String::new(),
            What::Group(group) => group.name.to_owned(),
            What::Action(action) => action.clone(),
        };
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let outcome = self.outcome.map_or("", Outcome::name).to_owned();
        let pairs = [
            ("who", self.who.clone()),
            ("what", what),
            ("outcome", outcome),
            ("from", day(self.from)),
            ("to", day(self.to)),
            ("target", self.target.clone()),
        ];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The first moment asked for, in milliseconds.
    pub fn since(&self) -> Option<i64> {
        self.from.map(midnight)
    }

    /// The first moment after those asked for, in milliseconds.
    pub fn until(&self) -> Option<i64> {
        self.to.and_then(|day| day.checked_add_days(Days::new(1))).map(midnight)
    }
}

impl What {
    /// A group's name or an action's; an action that has no sentence can be asked for, too.
    fn parse(text: &str) -> Option<Self> {
        let is_action = text.contains('.') && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'_' | b'.'));
        match words::GROUPS.iter().find(|group| group.name == text) {
            Some(group) => Some(Self::Group(group)),
            None if is_action && text.len() <= LONGEST => Some(Self::Action(text.to_owned())),
            None => None,
        }
    }
}

const DAY: &str = "Use a date like 2026-11-21.";
const NO_PLACE: &str = "This is no place in the log.";

/// A day that has one before and one after it of the same form.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let is_short = text.len() == "2026-11-21".len();
    let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| is_short);
    parsed.filter(|day| (1..9999).contains(&day.year()))
}

fn midnight(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()
}

/// As much of what was typed as is looked for. Read once more, it stays as it is.
pub(super) fn beginning(text: &str) -> String {
    let letters = text.chars().filter(|c| !c.is_control()).skip_while(|c| c.is_whitespace());
    letters.take(LONGEST).collect::<String>().trim_end().to_owned()
}

#[derive(Default)]
struct Problems(FieldErrors);

impl Problems {
    fn optional<T>(
        &mut self,
        field: &str,
        text: &str,
        parse: impl FnOnce(&str) -> Option<T>,
        sentence: &str,
    ) -> Option<T> {
        let text = text.trim();
        let parsed = if text.is_empty() { return None } else { parse(text) };
        if parsed.is_none() {
            self.add(field, sentence);
        }
        parsed
    }

    fn add(&mut self, field: &str, sentence: &str) {
        self.0.entry(field.to_owned()).or_default().push(sentence.to_owned());
    }

    fn or<T>(self, parsed: T) -> Result<T, FieldErrors> {
        if self.0.is_empty() { Ok(parsed) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(field: &str, value: &str) -> RawQuery {
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
        let backwards = RawQuery { from: "2026-03-01".to_owned(), ..raw("to", "2026-02-28") };
        assert!(backwards.parse().expect_err("a sentence").contains_key("to"));
    }

    #[test]
    fn what_was_asked_stands_in_addresses_as_it_was_read() {
        let query = RawQuery { what: "users".to_owned(), ..raw("who", " Ada@acme.test\n") };
        let pairs: Vec<_> = query.parse().expect("a query").pairs().into_iter().collect();
        assert_eq!(pairs, [("what", "users".to_owned()), ("who", "ada@acme.test".to_owned())]);
    }
}
