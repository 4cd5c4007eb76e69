//! From the form to the rules that were meant, or to what is wrong with it.

use super::additions::Additions;
use super::addresses::parse_addresses;
use super::domain_rules::DomainRules;
use super::problems::Problems;
use super::rules_form::RulesForm;
use crate::address::EmailAddress;
use crate::gate::{DomainRule, NOBODY_COULD_JOIN, Rules};

/// As many domains as an organization may list.
pub const MOST_DOMAINS: usize = 500;

impl RulesForm {
    /// The rules that were typed, with what they add to lists that those `in_force` leave off: that switches them on.
    /// Empty rows are dropped, doubles merged.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub fn parse(&self, in_force: &Rules) -> Result<(Rules, Additions), Problems> {
        let mut problems = Problems::default();
        let mut rules = Rules {
            allowed_domains: self.domains(&mut problems),
            domain_gating: self.domain_gating,
            allowed_emails: self.addresses(&mut problems),
            email_allowlist: self.email_allowlist,
            open_sign_up: self.open_sign_up,
        };
        let additions = Additions::switch_on(&mut rules, in_force);
        if problems.is_empty() && rules.is_on_but_empty() {
            NOBODY_COULD_JOIN.clone_into(&mut problems.form);
        }
        if problems.is_empty() { Ok((rules, additions)) } else { Err(problems) }
    }

    fn domains(&self, problems: &mut Problems) -> Vec<DomainRule> {
        if self.rows.len() > MOST_DOMAINS {
            problems.form = format!("Use up to {MOST_DOMAINS} domains.");
        }
        let mut domains = DomainRules::default();
        for (position, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.domain.trim().is_empty()) {
            match row.rule() {
                Ok(rule) => domains.add(rule),
                Err(sentence) => drop(problems.rows.insert(position, sentence)),
            }
        }
        domains.rules
    }

    fn addresses(&self, problems: &mut Problems) -> Vec<EmailAddress> {
        parse_addresses(&self.emails).unwrap_or_else(|sentence| {
            problems.emails = sentence;
            Vec::new()
        })
    }
}
