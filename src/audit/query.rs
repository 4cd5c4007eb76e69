//! What is asked of the log: who, what, with what outcome, when, about what, with which text, and from which place on.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveTime};
use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};

use super::actions::{GROUPS, Group};
use super::outcome::EventOutcome;
use crate::listing::{self, Keyset, ListQuery};

/// As long as an action's name is, in characters.
const LONGEST_ACTION: usize = 100;

/// What is asked of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventQuery {
    /// The beginning of the actor's address, or nothing.
    pub who: String,
    pub what: What,
    pub outcome: Option<EventOutcome>,
    /// The first day, in UTC.
    pub from: Option<NaiveDate>,
    /// The last day, in UTC.
    pub to: Option<NaiveDate>,
    /// The beginning of the target, or nothing.
    pub target: String,
    /// What is looked for in actors, targets and what was done, or nothing.
    pub text: String,
    pub cursor: Option<Cursor>,
    /// How many events at once.
    pub limit: u64,
}

/// Which actions are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Everything,
    Group(&'static Group),
    Action(String),
}

/// A place in the log.
pub type Cursor = listing::Cursor<EventKeyset>;

/// What the log is sorted by, of the event there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventKeyset {
    /// In milliseconds.
    pub at: i64,
    pub number: i64,
}

impl Keyset for EventKeyset {
    fn values(&self) -> [Expr; 2] {
        [Expr::val(self.at), Expr::val(self.number)]
    }
}

impl EventQuery {
    /// All of the log, `limit` events at once.
    pub fn everything(limit: u64) -> Self {
        let (who, target, text, what) = (String::new(), String::new(), String::new(), What::Everything);
        Self { who, what, outcome: None, from: None, to: None, target, text, cursor: None, limit }
    }

    /// What is filtered, by field, as it stands in addresses.
    pub fn fields(&self) -> BTreeMap<&'static str, String> {
        let what = match &self.what {
            What::Everything => String::new(),
            What::Group(group) => group.name.to_owned(),
            What::Action(action) => action.clone(),
        };
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let outcome = self.outcome.map_or("", EventOutcome::name).to_owned();
        let fields = [
            ("who", self.who.clone()),
            ("what", what),
            ("outcome", outcome),
            ("from", day(self.from)),
            ("to", day(self.to)),
            ("target", self.target.clone()),
            ("text", self.text.clone()),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
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

fn midnight(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()
}

impl ListQuery for EventQuery {
    type Keyset = EventKeyset;

    fn pairs(&self) -> Vec<(&'static str, String)> {
        self.fields().into_iter().collect()
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn limit(&self) -> u64 {
        self.limit
    }
}

impl What {
    /// Reads a group's name or an action's; an action that has no sentence can be asked for, too.
    pub fn parse(text: &str) -> Option<Self> {
        let is_action = text.contains('.') && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'_' | b'.'));
        match GROUPS.iter().find(|group| group.name == text) {
            Some(group) => Some(Self::Group(group)),
            None if is_action && text.len() <= LONGEST_ACTION => Some(Self::Action(text.to_owned())),
            None => None,
        }
    }

    /// The actions; none for all of them.
    pub fn actions(&self) -> Option<Vec<String>> {
        match self {
            Self::Everything => None,
            Self::Group(group) => Some(group.actions.iter().map(|(name, _)| (*name).to_owned()).collect()),
            Self::Action(action) => Some(vec![action.clone()]),
        }
    }
}
