//! Adding to a list that is switched off switches it on: one that is saved and does nothing is seldom meant.

use std::collections::HashSet;

use crate::gate::{DomainRule, Rules};

/// What a form adds to lists that are switched off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Additions {
    pub domains: Addition,
    pub emails: Addition,
}

/// What is added to one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addition {
    /// Nothing, or the list is on.
    #[default]
    None,
    /// Something, and nothing else is in the list.
    First,
    /// Something, to others who have been dormant there and could join, too.
    ToOthers,
}

impl Additions {
    /// Switches on the lists of `rules` that have something new, where they and those `in_force` leave them off.
    pub fn switch_on(rules: &mut Rules, in_force: &Rules) -> Self {
        let known: HashSet<_> = in_force.allowed_emails.iter().collect();
        let is_covered =
            |rule: &DomainRule| in_force.allowed_domains.iter().any(|other| other.domain == rule.domain);
        let additions = Self {
            domains: if rules.domain_gating || in_force.domain_gating {
                Addition::None
            } else {
                Addition::to(&rules.allowed_domains, is_covered)
            },
            emails: if rules.email_allowlist || in_force.email_allowlist {
                Addition::None
            } else {
                Addition::to(&rules.allowed_emails, |email| known.contains(email))
            },
        };
        rules.domain_gating |= additions.domains != Addition::None;
        rules.email_allowlist |= additions.emails != Addition::None;
        additions
    }

    /// The lists that others are woken in.
    pub fn waking(self) -> Vec<&'static str> {
        let lists = [("Domains", self.domains), ("Addresses", self.emails)];
        lists
            .into_iter()
            .filter(|(_, addition)| *addition == Addition::ToOthers)
            .map(|(list, _)| list)
            .collect()
    }
}

impl Addition {
    fn to<T>(list: &[T], is_known: impl Fn(&T) -> bool) -> Self {
        let known = list.iter().filter(|entry| is_known(entry)).count();
        match known {
            all if all == list.len() => Self::None,
            0 => Self::First,
            _ => Self::ToOthers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{Domain, EmailAddress};

    fn rules(domains: &[&str], emails: &[&str]) -> Rules {
        let rule = |domain: &&str| DomainRule {
            domain: Domain::parse(domain).expect("a domain"),
            include_subdomains: false,
        };
        Rules {
            allowed_domains: domains.iter().map(rule).collect(),
            allowed_emails: emails
                .iter()
                .map(|email| EmailAddress::parse(email).expect("an address"))
                .collect(),
            ..Rules::default()
        }
    }

    fn added(mut to_be: Rules, in_force: &Rules) -> (Additions, bool, bool) {
        let additions = Additions::switch_on(&mut to_be, in_force);
        (additions, to_be.domain_gating, to_be.email_allowlist)
    }

    #[test]
    fn what_is_new_switches_its_list_on_and_what_was_there_does_not() {
        let (none, old) = (Rules::default(), rules(&["a.test"], &["a@a.test"]));
        let (additions, domains, emails) = added(rules(&["a.test"], &[]), &none);
        assert!(domains && !emails && additions.domains == Addition::First);
        let (additions, domains, emails) = added(rules(&["a.test", "b.test"], &["b@a.test"]), &old);
        assert!(domains && emails && additions.waking() == ["Domains"], "{additions:?}");
        for same in [old.clone(), rules(&[], &["a@a.test"]), rules(&["a.test"], &[]), none.clone()] {
            assert_eq!(added(same, &old), (Additions::default(), false, false), "nothing is new");
        }
    }

    #[test]
    fn a_list_that_someone_switches_off_while_adding_stays_off() {
        let on = Rules { domain_gating: true, ..rules(&["a.test"], &[]) };
        assert_eq!(added(rules(&["a.test", "b.test"], &[]), &on), (Additions::default(), false, false));
    }
}
