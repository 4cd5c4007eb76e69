//! What the gate decides by: an organization's rules and the instance's lists.

use std::fmt;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::address::{Domain, EmailAddress};
use crate::entity::org_settings;

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
    /// Whether a gate is switched on that nobody could pass (rule 2.3).
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
            return "Only people who are invited can join. Members sign in as before.".to_owned();
        }
        let sentence = format!("{} can join. Anyone else needs an invite.", listed(&who, "and"));
        sentence[..1].to_uppercase() + &sentence[1..]
    }
}

/// `a`, `a or b`, `a, b or c`.
fn listed(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., end] => format!("{} {last} {end}", front.join(", ")),
    }
}

impl From<&org_settings::Model> for Rules {
    fn from(row: &org_settings::Model) -> Self {
        Self {
            allowed_domains: row.allowed_domains.0.clone(),
            domain_gating: row.domain_gating_enabled,
            allowed_emails: row.allowed_emails.0.clone(),
            email_allowlist: row.email_allowlist_enabled,
            open_sign_up: row.open_sign_up,
        }
    }
}

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

    /// The addresses that the allow lists leave in, in words; none when they leave everybody in.
    fn allowed_in_words(&self) -> Option<String> {
        let mut words = Vec::new();
        if !self.allowed_domains.is_empty() {
            let domains: Vec<String> = self.allowed_domains.iter().map(Domain::to_unicode).collect();
            words.push(format!("an address at {}", listed(&domains, "or")));
        }
        match self.allowed_emails.len() {
            0 => {}
            1 => words.push("the one address that the installation lists".to_owned()),
            count => words.push(format!("one of {count} addresses that the installation lists")),
        }
        (!words.is_empty()).then(|| listed(&words, "or"))
    }

    /// Whether there is a limit on who may ever come in.
    pub fn is_limited(&self) -> bool {
        !self.allowed_domains.is_empty() || !self.allowed_emails.is_empty()
    }

    /// Whether the allow lists leave the address in. Empty lists leave everybody in.
    pub fn allows(&self, email: &EmailAddress) -> bool {
        !self.is_limited()
            || self.allowed_emails.contains(email)
            || self.allowed_domains.contains(&email.domain())
    }
}
