//! The rules, and what is wrong with those that were typed, in words.

use super::domains;
use crate::access::form::Problems;
use crate::address::EmailAddress;
use crate::gate::{DomainRule, InstanceLists, Rules};

pub(super) struct Problem {
    pub(super) href: String,
    pub(super) message: String,
}

/// Red is for everyone: with limits of the installation it is not everyone.
pub(super) fn tone(rules: &Rules, instance: &InstanceLists) -> &'static str {
    match rules {
        Rules { open_sign_up: true, .. } if !instance.is_limited() => "open",
        Rules { open_sign_up: false, domain_gating: false, email_allowlist: false, .. } => "invited",
        _ => "gated",
    }
}

/// Why what was added to lists that are off is not saved at once.
pub(super) fn look_through(lists: &[&str]) -> String {
    let lists = lists.join(" and ");
    format!("{lists} were switched off and list others, who could join, too. Check who is listed, then save.")
}

pub(super) fn summary(problems: &Problems) -> Vec<Problem> {
    let rows = problems.rows.iter().map(|(index, sentence)| Problem {
        href: format!("#{}", domains::id(*index)),
        message: format!("Domains: {sentence}"),
    });
    let emails = (!problems.emails.is_empty())
        .then(|| Problem { href: "#emails".to_owned(), message: format!("Addresses: {}", problems.emails) });
    rows.chain(emails).collect()
}

pub(super) fn in_lines(rules: &Rules) -> Vec<String> {
    let on = |flag| if flag { "on" } else { "off" };
    let domains: Vec<String> = rules.allowed_domains.iter().map(DomainRule::in_words).collect();
    let emails: Vec<&str> = rules.allowed_emails.iter().map(EmailAddress::as_str).collect();
    let or_none = |list: String| if list.is_empty() { "none".to_owned() } else { list };
    vec![
        format!("Domains ({}): {}", on(rules.domain_gating), or_none(domains.join(", "))),
        format!("Addresses ({}): {}", on(rules.email_allowlist), or_none(emails.join(", "))),
        format!("Open sign-up: {}", on(rules.open_sign_up)),
    ]
}
