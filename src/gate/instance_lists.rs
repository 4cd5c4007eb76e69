//! The installation's lists.

use super::listed::listed;
use crate::address::{Domain, EmailAddress};

/// The instance's lists, from its environment: a ceiling that no page can widen.
#[derive(Clone, Debug, Default)]
pub struct InstanceLists {
    pub allowed_domains: Vec<Domain>,
    pub blocked_domains: Vec<Domain>,
    pub allowed_emails: Vec<EmailAddress>,
    pub blocked_emails: Vec<EmailAddress>,
}

impl InstanceLists {
    /// Whether the address or its domain is blocked. A blocked domain blocks its subdomains, too.
    pub fn blocks(&self, email: &EmailAddress) -> bool {
        let domain = email.domain();
        self.blocked_emails.contains(email)
            || self.blocked_domains.iter().any(|blocked| domain.is_within(blocked, true))
    }

    /// Whether the lists leave the address in: not blocked, and allowed.
    pub fn admits(&self, email: &EmailAddress) -> bool {
        !self.blocks(email) && self.allows(email)
    }

    /// The addresses that the allow lists leave in, in words; none when they leave everyone in.
    pub(super) fn allowed_in_words(&self) -> Option<String> {
        let mut words = Vec::new();
        if !self.allowed_domains.is_empty() {
            let domains: Vec<String> = self.allowed_domains.iter().map(Domain::to_unicode).collect();
            words.push(format!("an address at {}", listed(&domains, "or")));
        }
        match self.allowed_emails.len() {
            0 => {}
            1 => words.push("the one address on the server’s list".to_owned()),
            count => words.push(format!("one of {count} addresses on the server’s list")),
        }
        (!words.is_empty()).then(|| listed(&words, "or"))
    }

    /// What to know of allowed domains below which anyone can have their own: they go on to count, for addresses at
    /// them and none below.
    pub fn public_suffixes(&self) -> Option<String> {
        let suffixes = self.allowed_domains.iter().filter(|domain| domain.is_public_suffix());
        let suffixes: Vec<String> = suffixes.map(Domain::to_unicode).collect();
        (!suffixes.is_empty()).then(|| {
            let names = listed(&suffixes, "and");
            format!(
                "GATEHOUSE_ALLOWED_DOMAINS has {names}, under which anyone can register a domain. Only addresses \
                 directly at it are allowed; list your team's own domain"
            )
        })
    }

    /// Whether there is a limit on who may ever come in.
    pub fn is_limited(&self) -> bool {
        !self.allowed_domains.is_empty() || !self.allowed_emails.is_empty()
    }

    /// Whether the allow lists leave the address in. Empty lists leave everyone in.
    pub fn allows(&self, email: &EmailAddress) -> bool {
        !self.is_limited()
            || self.allowed_emails.contains(email)
            || self.allowed_domains.contains(&email.domain())
    }
}
