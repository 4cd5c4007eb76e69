//! What leads to the events that are asked for.

use sea_orm::sea_query::Expr;

use super::query::What;
use crate::entity::event::{Column, Entity};
use crate::query_hints::{begins_with, not_by_index};

/// The index that is walked, and at which of its values.
#[derive(Clone, Debug)]
pub struct Source {
    pub by: By,
    pub values: Vec<String>,
}

/// An index of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        begins_with(&not_by_index(self.key()), text)
    }
}

impl Source {
    /// All events, in order of time.
    pub fn everything() -> Self {
        Self { by: By::Time, values: vec![String::new()] }
    }

    /// The events of these actors.
    pub fn actors(addresses: &[&str]) -> Self {
        Self { by: By::Actor, values: addresses.iter().map(|address| (*address).to_owned()).collect() }
    }

    /// The events about these targets.
    pub fn targets(targets: &[&str]) -> Self {
        Self { by: By::Target, values: targets.iter().map(|target| (*target).to_owned()).collect() }
    }

    /// The events of these actions; none for all of them.
    pub fn of_actions(what: &What) -> Option<Self> {
        Some(Self { by: By::Action, values: what.actions()? })
    }
}
