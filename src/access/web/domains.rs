//! The rows of domains in the form, as typed, with what is wrong or doubtful about them.

use std::collections::BTreeMap;

use crate::access::form::{Row, RulesForm};
use crate::address::Domain;
use crate::gate::Rules;

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
            doubt: doubt.map(|(domain, doubt, _)| doubt.sentence(&domain)).unwrap_or_default(),
            confirm,
            confirmed,
            domain: row.domain.clone(),
            include_subdomains: row.include_subdomains,
        }
    };
    form.rows.iter().enumerate().map(row).collect()
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
