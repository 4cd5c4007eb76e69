//! The page of the log: what was asked, and what there is of it.

use askama::Template;

use super::day::Day;
use crate::audit::actions::{self, GROUPS, Group};
use crate::audit::form::RawEventQuery;
use crate::audit::line;
use crate::audit::sentence::Piece;
use crate::authority::Admin;
use crate::links::Links;
use crate::listing::{Empty, Paging};
use crate::tenancy::Tenancy;
use crate::web::Page;

/// The log, or the form again with what makes no sense in it.
#[derive(Template)]
#[template(path = "audit/index.html", blocks = ["events", "news"])]
pub struct LogPage {
    pub links: Links,
    pub asked: RawEventQuery,
    /// The same in one line, and the words that it may be made of.
    pub line: String,
    pub words: Vec<String>,
    pub choices: Vec<Choices>,
    pub other_action: String,
    pub errors: Vec<FieldError>,
    pub days: Vec<Day>,
    pub empty: Empty,
    /// The address to ask whether there is news; none where there can't be any.
    pub news: String,
    /// What there is, and the address that shows it.
    pub new_events: String,
    pub newest: String,
    pub export: String,
    pub paging: Paging,
}

/// A group of actions to choose from.
pub struct Choices {
    pub name: &'static str,
    pub label: &'static str,
    pub actions: Vec<(&'static str, String)>,
}

/// Why a field can't be taken.
pub struct FieldError {
    pub field: String,
    pub sentence: String,
}

impl Page for LogPage {
    fn title(&self) -> &'static str {
        "Audit log"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        match id {
            "events" => Some(self.as_events().render()),
            "news" => Some(self.as_news().render()),
            _ => None,
        }
    }

    fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }
}

impl LogPage {
    /// The form as it was asked for, and nothing else.
    pub fn blank(admin: &Admin, asked: RawEventQuery) -> Self {
        let (links, tenancy) = (admin.links(), admin.services().config.tenancy);
        let choices: Vec<Choices> = GROUPS.iter().map(|group| Choices::of(group, tenancy)).collect();
        let is_offered = choices.iter().any(|group| group.offers(&asked.what));
        Self {
            other_action: if is_offered { String::new() } else { asked.what.clone() },
            links,
            choices,
            asked,
            line: String::new(),
            words: line::offers(tenancy).collect(),
            errors: Vec::new(),
            days: Vec::new(),
            empty: Empty::No,
            news: String::new(),
            new_events: String::new(),
            newest: String::new(),
            export: String::new(),
            paging: Paging::default(),
        }
    }

    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|error| error.field == field).map_or("", |error| &error.sentence)
    }
}

impl Choices {
    fn of(group: &Group, tenancy: Tenancy) -> Self {
        let choices = actions::offered(group, tenancy).filter(|(name, _)| !actions::STEPS.contains(name));
        let actions = choices.map(|(name, text)| (*name, actions::label(text)));
        Self { name: group.name, label: group.label, actions: actions.collect() }
    }

    fn offers(&self, what: &str) -> bool {
        self.name == what || self.actions.iter().any(|(name, _)| *name == what)
    }
}
