//! The rows of domains in the form, as typed, with what is wrong or doubtful about them.

use std::collections::BTreeMap;

use crate::access::form::{Row, RulesForm, public_suffix};
use crate::address::Domain;
use crate::gate::{DomainRule, Rules};
use crate::stray_secret;

/// A domain as typed.
pub struct DomainRow {
    pub index: usize,
    pub domain: String,
    pub include_subdomains: bool,
    pub error: String,
    pub other_form: String,
    pub doubt: String,
    pub confirm: String,
    pub confirmed: bool,
}

impl DomainRow {
    /// The id of the field in which it is typed.
    pub fn id(&self) -> String {
        id(self.index)
    }

    /// The name of that field.
    pub fn field(&self) -> String {
        format!("domains.{}.name", self.index)
    }
}

/// The id of the field of the row at `index`.
pub fn id(index: usize) -> String {
    format!("domain_{index}")
}

/// The rows of `form`.
pub fn rows(form: &RulesForm, problems: &BTreeMap<usize, String>, in_force: &Rules) -> Vec<DomainRow> {
    let row = |(index, row): (usize, &Row)| {
        let doubt = form.doubt(row, in_force);
        let (confirm, confirmed) = match &doubt {
            Some((domain, _, open)) if *open || form.is_sure_of(domain) => (domain.to_string(), !open),
            _ => (String::new(), false),
        };
        DomainRow {
            index,
            error: problems.get(&index).cloned().unwrap_or_default(),
            other_form: other_form(&row.domain),
            doubt: match doubt {
                Some((domain, doubt, _)) => doubt.sentence(&domain),
                None if problems.contains_key(&index) => String::new(),
                None => in_force_and_refused(&row.domain, in_force),
            },
            confirm,
            confirmed,
            domain: stray_secret::kept(&row.domain),
            include_subdomains: row.include_subdomains,
        }
    };
    form.rows.iter().enumerate().map(row).collect()
}

/// What is said of a rule that would be refused today, and goes on until someone saves again.
fn in_force_and_refused(shown: &str, in_force: &Rules) -> String {
    let is_refused = |rule: &&DomainRule| rule.domain.to_unicode() == shown && rule.is_anybodys();
    let refused = in_force.allowed_domains.iter().find(is_refused);
    refused.map(|_| format!("{} Remove it before you save.", public_suffix(shown))).unwrap_or_default()
}

/// For a name beyond ASCII, the form that was not typed: both are the same domain.
fn other_form(typed: &str) -> String {
    let Ok(domain) = Domain::parse(typed.trim()) else { return String::new() };
    let (ascii, unicode) = (domain.as_str().to_owned(), domain.to_unicode());
    if ascii == unicode {
        return String::new();
    }
    if typed.is_ascii() { unicode } else { ascii }
}
