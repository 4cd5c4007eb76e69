//! An organization's rules.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::domain_rule::DomainRule;
use super::instance_lists::InstanceLists;
use super::listed::listed;
use crate::address::EmailAddress;

/// Why a gate that is on but empty is not saved (rule 2.3).
pub const NOBODY_COULD_JOIN: &str =
    "No one could join: add a domain or an address, or switch the empty list off.";

/// The allowed domains as the database keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, FromJsonQueryResult)]
pub struct AllowedDomains(pub Vec<DomainRule>);

/// The allowed addresses as the database keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, FromJsonQueryResult)]
pub struct AllowedEmails(pub Vec<EmailAddress>);

/// Who may join an organization without an invite. Domains and addresses are a union: either is enough.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Rules {
    pub allowed_domains: Vec<DomainRule>,
    pub domain_gating: bool,
    pub allowed_emails: Vec<EmailAddress>,
    pub email_allowlist: bool,
    pub open_sign_up: bool,
}

impl Rules {
    /// Whether a gate is switched on that no one could pass (rule 2.3).
    pub fn is_on_but_empty(&self) -> bool {
        let domains = self.domain_gating && self.allowed_domains.is_empty();
        let emails = self.email_allowlist && self.allowed_emails.is_empty();
        (domains || emails) && !self.admits_somebody()
    }

    fn admits_somebody(&self) -> bool {
        self.open_sign_up
            || self.domain_gating && !self.allowed_domains.is_empty()
            || self.email_allowlist && !self.allowed_emails.is_empty()
    }

    /// Whether these list someone whom `others` do not, or switch something on that lets people in: what is listed counts
    /// before its list is switched on, for then no one looks at it again.
    pub fn let_in_more_than(&self, others: &Self) -> bool {
        let is_listed = |email: &EmailAddress| {
            let by_domain = others.allowed_domains.iter().any(|rule| rule.admits(&email.domain()));
            others.allowed_emails.contains(email) || others.domain_gating && by_domain
        };
        let is_covered = |rule: &DomainRule| others.allowed_domains.iter().any(|other| other.covers(rule));
        self.open_sign_up && !others.open_sign_up
            || self.domain_gating && !others.domain_gating && !self.allowed_domains.is_empty()
            || self.email_allowlist && !others.email_allowlist && !self.allowed_emails.is_empty()
            || !self.allowed_domains.iter().all(is_covered)
            || !self.allowed_emails.iter().all(is_listed)
    }

    /// Who could join by open sign-up, within the limits of the installation, with an account at any of these sign-in
    /// methods; empty where it is off.
    pub fn open_to(&self, instance: &InstanceLists, methods: &[String]) -> String {
        if !self.open_sign_up {
            return String::new();
        }
        let account = match methods {
            [] => "an account".to_owned(),
            some => format!("an account at {}", listed(some, "or")),
        };
        let limits = instance.allowed_in_words().map(|limits| format!("{limits} and ")).unwrap_or_default();
        format!("Anyone with {limits}{account} can become a member, without an invite.")
    }

    /// The rules in one sentence, within the limits of the installation: who can join.
    pub fn in_a_sentence(&self, instance: &InstanceLists) -> String {
        if self.open_sign_up {
            return match instance.allowed_in_words() {
                Some(limits) => format!("Anyone with {limits} can sign in and becomes a member."),
                None => "Anyone on the internet can sign in and becomes a member.".to_owned(),
            };
        }
        let mut who = Vec::new();
        if self.domain_gating && !self.allowed_domains.is_empty() {
            let domains: Vec<String> = self.allowed_domains.iter().map(DomainRule::in_words).collect();
            who.push(format!("people with an address at {}", listed(&domains, "or")));
        }
        if self.email_allowlist && !self.allowed_emails.is_empty() {
            let count = self.allowed_emails.len();
            who.push(format!("{count} listed {}", if count == 1 { "address" } else { "addresses" }));
        }
        if who.is_empty() {
            return "Only invited people can join. Members sign in as before.".to_owned();
        }
        let sentence = format!("{} can join. Anyone else needs an invite.", listed(&who, "and"));
        sentence[..1].to_uppercase() + &sentence[1..]
    }
}
