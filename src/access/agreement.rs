//! The gate, the preview and plain words come to the same, whatever the rules.

use chrono::Utc;
use proptest::prelude::*;

use super::affected::Seated;
use super::preview::{Preview, Saver};
use crate::address::{Domain, EmailAddress};
use crate::gate::{Candidate, DomainRule, InstanceLists, Rules, decide};
use crate::role::Role;

const DOMAINS: [&str; 5] = ["acme.com", "hr.acme.com", "notacme.com", "acme.co", "globex.org"];
const NAMES: [&str; 3] = ["ada", "ben", "ada+x"];

fn any_domain() -> impl Strategy<Value = Domain> {
    prop::sample::select(DOMAINS.to_vec()).prop_map(|text| Domain::parse(text).expect("a domain"))
}

fn any_email() -> impl Strategy<Value = EmailAddress> {
    let parts = (prop::sample::select(NAMES.to_vec()), prop::sample::select(DOMAINS.to_vec()));
    parts.prop_map(|(name, domain)| EmailAddress::parse(&format!("{name}@{domain}")).expect("an address"))
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let rule = (any_domain(), any::<bool>())
        .prop_map(|(domain, include_subdomains)| DomainRule { domain, include_subdomains });
    let domains = prop::collection::vec(rule, 0..3);
    let emails = prop::collection::vec(any_email(), 0..3);
    let switches = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.1));
    (domains, emails, switches).prop_map(|(allowed_domains, allowed_emails, switches)| Rules {
        allowed_domains,
        domain_gating: switches.0,
        allowed_emails,
        email_allowlist: switches.1,
        open_sign_up: switches.2,
    })
}

fn any_lists() -> impl Strategy<Value = InstanceLists> {
    let few = || prop::collection::vec(any_domain(), 0..2);
    let emails = || prop::collection::vec(any_email(), 0..2);
    (few(), few(), emails(), emails()).prop_map(
        |(allowed_domains, blocked_domains, allowed_emails, blocked_emails)| InstanceLists {
            allowed_domains,
            blocked_domains,
            allowed_emails,
            blocked_emails,
        },
    )
}

/// Rule 2.1 for a stranger, said once more with nothing but texts.
fn in_plain_words(lists: &InstanceLists, rules: &Rules, email: &str) -> bool {
    let domain = email.split('@').next_back().unwrap_or_default();
    let below = |parent: &str| domain == parent || domain.ends_with(&format!(".{parent}"));
    let listed = |list: &[EmailAddress]| list.iter().any(|entry| entry.as_str() == email);
    if listed(&lists.blocked_emails) || lists.blocked_domains.iter().any(|d| below(d.as_str())) {
        return false;
    }
    let limited = !lists.allowed_domains.is_empty() || !lists.allowed_emails.is_empty();
    let within = listed(&lists.allowed_emails) || lists.allowed_domains.iter().any(|d| d.as_str() == domain);
    if limited && !within {
        return false;
    }
    let by_domain = rules.allowed_domains.iter().any(|rule| {
        if rule.include_subdomains { below(rule.domain.as_str()) } else { rule.domain.as_str() == domain }
    });
    rules.domain_gating && by_domain
        || rules.email_allowlist && listed(&rules.allowed_emails)
        || rules.open_sign_up
}

fn seated(email: &EmailAddress) -> Seated {
    Seated {
        id: email.to_string(),
        email: email.clone(),
        name: email.to_string(),
        role: Role::Member,
        last_seen_at: Utc::now(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]
    #[test]
    fn gate_preview_and_plain_words_agree(
        lists in any_lists(),
        rules in any_rules(),
        in_force in any_rules(),
        emails in prop::collection::hash_set(any_email(), 1..8),
    ) {
        let members: Vec<Seated> = emails.iter().map(seated).collect();
        let preview = Preview::new(&lists, &rules, &in_force, members, &[], &Saver { id: String::new(), role: Role::Owner });
        let admitted: Vec<_> = emails
            .iter()
            .filter(|email| decide(&lists, &rules, &Candidate::stranger((*email).clone())).admitted.is_some())
            .collect();
        let by_words = emails.iter().filter(|email| in_plain_words(&lists, &rules, email.as_str()));
        prop_assert_eq!(&by_words.collect::<Vec<_>>(), &admitted);
        prop_assert_eq!(preview.keeps, admitted.len());
        prop_assert_eq!(preview.losers.len(), emails.len() - admitted.len());
        let was_in = |email: &&&EmailAddress| in_plain_words(&lists, &in_force, email.as_str());
        let left_out: Vec<_> = emails.iter().filter(|email| !admitted.contains(email)).collect();
        prop_assert_eq!(preview.affected(false), left_out.iter().filter(was_in).count());
        prop_assert_eq!(preview.affected(true), left_out.len());
        for email in &emails {
            prop_assert_eq!(preview.leaves_out(email.as_str()), !admitted.contains(&email));
        }
    }
}
