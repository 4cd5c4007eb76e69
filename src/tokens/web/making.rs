//! The form of a new token, and the question how long the old one works.

use askama::Template;

use crate::api_token::Scope;
use crate::error::FieldErrors;
use crate::links::Links;
use crate::random;
use crate::tokens::form::{CUSTOM, TokenForm};
use crate::tokens::{DEFAULT_DAYS, LIVES, Overlap};
use crate::web::Page;

/// The form of a new token.
#[derive(Template)]
#[template(path = "tokens/new.html")]
pub struct MakingPage {
    pub links: Links,
    pub title: String,
    /// Where it belongs: an address and what it is called.
    pub back: String,
    pub back_name: String,
    pub action: String,
    pub name: String,
    pub name_error: String,
    pub scopes: Vec<ScopeChoice>,
    pub scopes_error: String,
    pub lives: Vec<LifeChoice>,
    pub days: String,
    pub days_error: String,
    pub problems: usize,
    /// The longest life, in days.
    pub most: i64,
    pub organizations: Vec<OrganizationChoice>,
    pub organization_error: String,
    pub key: String,
}

/// A scope that can be chosen.
pub struct ScopeChoice {
    pub name: &'static str,
    pub label: &'static str,
    pub meaning: &'static str,
    pub chosen: bool,
}

/// A life that can be chosen.
pub struct LifeChoice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// An organization that can be chosen.
pub struct OrganizationChoice {
    pub id: String,
    pub name: String,
    pub chosen: bool,
}

impl MakingPage {
    fn days_hint(&self) -> String {
        if self.organizations.is_empty() {
            format!("At most {} days.", self.most)
        } else {
            "Each organization sets its own maximum.".to_owned()
        }
    }
}

impl Page for MakingPage {
    fn title(&self) -> &str {
        &self.title
    }

    fn has_errors(&self) -> bool {
        self.problems > 0
    }
}

/// Where a form of a new token stands.
pub struct Place {
    pub links: Links,
    pub title: String,
    pub back: String,
    pub back_name: String,
    pub action: String,
    pub offered: &'static [Scope],
    pub most: i64,
    pub organizations: Vec<OrganizationChoice>,
}

/// The form as it is opened, or as it comes back with what was typed.
pub fn making(place: Place, typed: &TokenForm, errors: &FieldErrors) -> MakingPage {
    let sentence = |field: &str| errors.get(field).map(|sentences| sentences.join(" ")).unwrap_or_default();
    let is_least = |scope: &Scope| typed.scopes.is_empty() && place.offered.first() == Some(scope);
    let scope = |scope: &Scope| ScopeChoice {
        name: scope.name(),
        label: scope.label(),
        meaning: scope.meaning(),
        chosen: is_least(scope) || typed.scopes.iter().any(|name| name == scope.name()),
    };
    MakingPage {
        scopes: place.offered.iter().map(scope).collect(),
        lives: lives(&typed.life, place.most),
        name: typed.name.clone(),
        name_error: sentence("name"),
        scopes_error: sentence("scopes"),
        days: typed.days.clone(),
        days_error: sentence("days"),
        problems: errors.len(),
        organization_error: sentence("organization"),
        key: random::id(),
        links: place.links,
        title: place.title,
        back: place.back,
        back_name: place.back_name,
        action: place.action,
        most: place.most,
        organizations: place.organizations,
    }
}

/// Those that the organization allows, and one of one's own.
fn lives(typed: &str, most: i64) -> Vec<LifeChoice> {
    let default = DEFAULT_DAYS.min(most);
    let usual = if typed.is_empty() { default.to_string() } else { typed.to_owned() };
    let mut allowed: Vec<i64> = LIVES.into_iter().filter(|days| *days <= most).collect();
    if !allowed.contains(&default) {
        allowed.push(default);
    }
    let life = |days: i64| {
        let (value, unit) = (days.to_string(), if days == 1 { "day" } else { "days" });
        LifeChoice { chosen: value == usual, label: format!("{days} {unit}"), value }
    };
    let mut lives: Vec<LifeChoice> = allowed.into_iter().map(life).collect();
    let is_custom = !lives.iter().any(|life| life.chosen);
    lives.push(LifeChoice { value: CUSTOM.to_owned(), label: "Custom".to_owned(), chosen: is_custom });
    lives
}

/// The question how long the old token works.
#[derive(Template)]
#[template(path = "tokens/roll.html")]
pub struct RollPage {
    pub links: Links,
    pub name: String,
    pub back: String,
    pub back_name: String,
    pub action: String,
    pub overlaps: Vec<OverlapChoice>,
    pub key: String,
}

/// How long it can work.
pub struct OverlapChoice {
    pub hours: i64,
    pub label: &'static str,
    pub chosen: bool,
}

impl Page for RollPage {
    fn title(&self) -> &'static str {
        "Roll a token"
    }
}

/// The question for a token of this name.
pub fn rolling(links: Links, name: String, back: (String, String), action: String) -> RollPage {
    let choice = |overlap: Overlap| OverlapChoice {
        hours: overlap.hours(),
        label: overlap.label(),
        chosen: overlap == Overlap::Day,
    };
    let overlaps = Overlap::ALL.into_iter().map(choice).collect();
    RollPage { links, name, back: back.0, back_name: back.1, action, overlaps, key: random::id() }
}
