//! The rules, made ready to be asked about many.

use std::collections::{HashMap, HashSet};

use super::domain_rule::DomainRule;
use super::instance_lists::InstanceLists;
use super::rules::Rules;
use crate::address::{Domain, EmailAddress};

/// The rules, made ready to be asked about many.
pub struct Gate<'a> {
    pub(super) instance: &'a InstanceLists,
    pub(super) rules: &'a Rules,
    domains: HashMap<&'a str, &'a DomainRule>,
    pub(super) emails: HashSet<&'a EmailAddress>,
}

impl<'a> Gate<'a> {
    /// Sorts the lists, so that asking costs the same however long they are.
    pub fn new(instance: &'a InstanceLists, rules: &'a Rules) -> Self {
        let mut domains: HashMap<&str, &DomainRule> = HashMap::new();
        for rule in &rules.allowed_domains {
            // Of two rules for one domain the wider one counts.
            let known = domains.entry(rule.domain.as_str()).or_insert(rule);
            if rule.include_subdomains {
                *known = rule;
            }
        }
        Self { instance, rules, domains, emails: rules.allowed_emails.iter().collect() }
    }

    /// The rules for `domain` and for what it is below, the nearest first.
    pub(super) fn rules_above<'d>(&'d self, domain: &'d Domain) -> impl Iterator<Item = &'a DomainRule> + 'd {
        domain.and_above().filter_map(|name| self.domains.get(name).copied())
    }
}
