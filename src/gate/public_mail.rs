//! Domains where anyone can register an address: a rule for one lets in the whole internet.

use crate::address::Domain;

/// Providers of free mail, as many people use them.
const PUBLIC: &str = include_str!("public_mail.txt");

/// Whether anyone can have an address at `domain`.
pub fn is_public(domain: &Domain) -> bool {
    PUBLIC.lines().any(|public| public == domain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_holds_canonical_domains_each_once() {
        let mut seen = std::collections::HashSet::new();
        for line in PUBLIC.lines() {
            assert_eq!(Domain::parse(line).expect("a domain").as_str(), line);
            assert!(seen.insert(line), "{line} stands there twice");
        }
    }

    #[test]
    fn free_mail_is_known_and_a_companys_is_not() {
        let is_public = |text| is_public(&Domain::parse(text).expect("a domain"));
        assert!(is_public("gmail.com") && is_public("outlook.com") && is_public("web.de"));
        assert!(!is_public("acme.com") && !is_public("mail.gmail.com"));
    }
}
