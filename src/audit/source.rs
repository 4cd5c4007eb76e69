//! What leads to the events that are asked for.

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait};

use super::query::What;
use crate::entity::event::{Column, Entity};
use crate::query_hints::{begins_with, not_by_index};

/// Which indexes are walked at which of their values, and what else an event must be found by.
#[derive(Clone, Debug)]
pub struct Source {
    pub walks: Vec<(By, String)>,
    /// Whether a text has led here, which several indexes answer for; else it is a field of the query, and one index.
    pub is_text: bool,
    /// Each of these must find the event, too.
    pub within: Vec<Source>,
}

/// An index of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    Time,
    Target,
    Actor,
    Action,
}

impl By {
    /// What the index begins with, behind the organization.
    pub fn key(self) -> Expr {
        match self {
            Self::Time => Expr::val(""),
            Self::Actor => Expr::col((Entity, Column::Actor)),
            Self::Action => Expr::col((Entity, Column::Action)),
            // As the index has it, letter by letter: with bound parameters SQLite would not know it again.
            Self::Target => Expr::cust("substr(\"events\".\"target\", 1, 100)"),
        }
    }

    /// Whether it begins so, of an event that another index has led to.
    pub fn begins_with(self, text: &str) -> Expr {
        not_by_index(begins_with(&self.key(), text))
    }
}

impl Source {
    /// The events of these values of one index.
    pub fn of(by: By, values: impl IntoIterator<Item = String>) -> Self {
        let walks = values.into_iter().map(|value| (by, value)).collect();
        Self { walks, is_text: false, within: Vec::new() }
    }

    /// All events, in order of time.
    pub fn everything() -> Self {
        Self::of(By::Time, [String::new()])
    }

    /// The events of these actors.
    pub fn actors(addresses: &[&str]) -> Self {
        Self::of(By::Actor, addresses.iter().map(|address| (*address).to_owned()))
    }

    /// The events about these targets.
    pub fn targets(targets: &[&str]) -> Self {
        Self::of(By::Target, targets.iter().map(|target| (*target).to_owned()))
    }

    /// The events that a text finds, in any of these ways.
    pub fn text(walks: Vec<(By, String)>) -> Self {
        Self { walks, is_text: true, within: Vec::new() }
    }

    /// The events of these actions; none for all of them.
    pub fn of_actions(what: &What) -> Option<Self> {
        Some(Self::of(By::Action, what.actions()?))
    }

    /// Whether it can find no event.
    pub fn is_empty(&self) -> bool {
        self.walks.is_empty() || self.within.iter().any(Self::is_empty)
    }

    /// Whether it finds an event that another index has led to.
    pub fn finds(&self) -> Condition {
        let values =
            |by: By| self.walks.iter().filter(move |(of, _)| *of == by).map(|(_, value)| value.as_str());
        let indexes = [By::Actor, By::Target, By::Action];
        indexes
            .into_iter()
            .filter(|by| values(*by).next().is_some())
            .fold(Condition::any(), |any, by| any.add(not_by_index(by.key().is_in(values(by)))))
    }
}
