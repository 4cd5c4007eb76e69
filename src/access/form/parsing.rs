//! From the form to the rules that were meant, or to what is wrong with it.

use super::addresses::parse_addresses;
use super::domain_rules::DomainRules;
use super::problems::Problems;
use super::rules_form::RulesForm;
use crate::address::Domain;
use crate::gate::{NOBODY_COULD_JOIN, Rules};

/// As many domains as an organization may list.
pub const MOST_DOMAINS: usize = 500;

impl RulesForm {
    /// The rules that were typed. Empty rows are dropped, doubles merged.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub fn parse(&self) -> Result<Rules, Problems> {
        let mut problems = Problems::default();
        let mut allowed_domains = DomainRules::default();
        for (position, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.domain.trim().is_empty()) {
            match Domain::parse(row.domain.trim()) {
                Ok(domain) => allowed_domains.add(domain, row.include_subdomains),
                Err(error) => {
                    problems.rows.insert(position, error.to_string());
                }
            }
        }
        let allowed_emails = match parse_addresses(&self.emails) {
            Ok(emails) => emails,
            Err(sentence) => {
                problems.emails = sentence;
                Vec::new()
            }
        };
        if self.rows.len() > MOST_DOMAINS {
            problems.form = format!("Use up to {MOST_DOMAINS} domains.");
        }
        let rules = Rules {
            allowed_domains: allowed_domains.rules,
            domain_gating: self.domain_gating,
            allowed_emails,
            email_allowlist: self.email_allowlist,
            open_sign_up: self.open_sign_up,
        };
        if problems.is_empty() && rules.is_on_but_empty() {
            NOBODY_COULD_JOIN.clone_into(&mut problems.form);
        }
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }
}
