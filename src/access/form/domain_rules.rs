//! Rules for domains, as they are typed and as programs write them.

use std::collections::HashMap;

use crate::address::{Domain, is_above_public_suffixes, is_public_suffix};
use crate::gate::DomainRule;
use crate::stray_secret;

/// Domain rules without doubles, in the order in which they came.
#[derive(Default)]
pub struct DomainRules {
    pub rules: Vec<DomainRule>,
    places: HashMap<Domain, usize>,
}

impl DomainRules {
    /// Adds a rule; one of two for the same domain that includes its subdomains wins.
    pub fn add(&mut self, rule: DomainRule) {
        if let Some(place) = self.places.get(&rule.domain) {
            self.rules[*place].include_subdomains |= rule.include_subdomains;
            return;
        }
        self.places.insert(rule.domain.clone(), self.rules.len());
        self.rules.push(rule);
    }
}

/// A domain as the API writes it, and as people may type it: `acme.com`, or `*.acme.com` with its subdomains.
///
/// # Errors
/// When it is no domain, or one below which anyone can have their own: no rule for it means one team.
pub fn parse_domain_rule(text: &str) -> Result<DomainRule, String> {
    stray_secret::refuse(text)?;
    let (text, include_subdomains) = match text.strip_prefix("*.") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    if is_public_suffix(text) || include_subdomains && is_above_public_suffixes(text) {
        return Err(public_suffix(text));
    }
    let domain = Domain::parse(text).map_err(|e| e.to_string())?;
    Ok(DomainRule { domain, include_subdomains })
}

/// Why no rule names a public suffix.
pub fn public_suffix(name: &str) -> String {
    format!("Anyone can register a domain under {name}. Use your team\u{2019}s own, like example.{name}.")
}
