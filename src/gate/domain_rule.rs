//! One domain of the rules.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::address::Domain;

/// One domain whose people may join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRule {
    pub domain: Domain,
    pub include_subdomains: bool,
}

impl DomainRule {
    /// Whether an address at `domain` falls under this rule.
    pub fn admits(&self, domain: &Domain) -> bool {
        domain.is_within(&self.domain, self.include_subdomains)
    }

    /// Whether anyone who falls under `other` falls under this, too.
    pub fn covers(&self, other: &Self) -> bool {
        self.admits(&other.domain) && (self.include_subdomains || !other.include_subdomains)
    }

    /// Whether anyone can have a domain of their own that falls under this rule: it means no one team (publicsuffix.org).
    pub fn is_anybodys(&self) -> bool {
        self.domain.is_public_suffix() || self.include_subdomains && self.domain.is_above_public_suffixes()
    }

    /// The rule in words, in the letters that people read, unless they would take it for another.
    pub fn in_words(&self) -> String {
        let disguised = self.domain.is_look_alike();
        let domain = if disguised { self.domain.to_string() } else { self.domain.to_unicode() };
        if self.include_subdomains { format!("{domain} and its subdomains") } else { domain }
    }
}

impl fmt::Display for DomainRule {
    /// `acme.com`, or `*.acme.com` when its subdomains are included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let front = if self.include_subdomains { "*." } else { "" };
        write!(f, "{front}{}", self.domain)
    }
}
