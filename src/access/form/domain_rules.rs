//! Rules for domains, as they are typed and as programs write them.

use std::collections::HashMap;

use crate::address::Domain;
use crate::gate::DomainRule;

/// Domain rules without doubles, in the order in which they came.
#[derive(Default)]
pub struct DomainRules {
    pub rules: Vec<DomainRule>,
    places: HashMap<Domain, usize>,
}

impl DomainRules {
    /// Adds a rule; one of two for the same domain that includes its subdomains wins.
    pub fn add(&mut self, domain: Domain, include_subdomains: bool) {
        if let Some(place) = self.places.get(&domain) {
            self.rules[*place].include_subdomains |= include_subdomains;
            return;
        }
        self.places.insert(domain.clone(), self.rules.len());
        self.rules.push(DomainRule { domain, include_subdomains });
    }
}

/// A domain as the API writes it: `acme.com`, or `*.acme.com` with its subdomains.
pub fn parse_domain_rule(text: &str) -> Result<DomainRule, String> {
    let (text, include_subdomains) = match text.strip_prefix("*.") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let domain = Domain::parse(text).map_err(|e| e.to_string())?;
    Ok(DomainRule { domain, include_subdomains })
}
