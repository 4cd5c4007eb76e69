//! Domains below which people register their own: `co.uk`, `github.io` (publicsuffix.org, both of its sections).

use psl::{List, Psl};

use super::domain::Domain;

/// Whether people register their own domains directly below `name`, which may have one label.
pub fn is_public_suffix(name: &str) -> bool {
    let Ok(name) = idna::domain_to_ascii(name) else { return false };
    let suffix = List.suffix(name.as_bytes());
    suffix.is_some_and(|suffix| suffix.is_known() && suffix.as_bytes() == name.as_bytes())
}

/// Whether that is so of every name directly below `name`: of `sch.uk`, below which each name is such a domain.
pub fn is_above_public_suffixes(name: &str) -> bool {
    is_public_suffix(&format!("any-name.{name}"))
}

impl Domain {
    /// Whether people register their own domains directly below it: it is no one team's.
    pub fn is_public_suffix(&self) -> bool {
        is_public_suffix(&self.0)
    }

    /// Whether they do below each name directly below it: with its subdomains it is no one team's.
    pub fn is_above_public_suffixes(&self) -> bool {
        is_above_public_suffixes(&self.0)
    }
}
