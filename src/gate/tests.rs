use super::*;
use crate::address::Domain;

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

fn stranger(address: &str) -> Person {
    Person { email: email(address), email_verified: true, standing: Standing::Stranger }
}

fn acme() -> Rules {
    Rules {
        allowed_domains: vec![DomainRule { domain: domain("acme.com"), include_subdomains: false }],
        domain_gating: true,
        ..Rules::default()
    }
}

fn verdict(rules: &Rules, person: &Person) -> (Option<Role>, Rule) {
    let answer = decide(&InstanceLists::default(), rules, person);
    (answer.admitted, answer.decided_by())
}

#[test]
fn nothing_switched_on_admits_nobody_new() {
    assert_eq!(verdict(&Rules::default(), &stranger("u@acme.com")), (None, Rule::Otherwise));
}

#[test]
fn an_allowed_domain_admits_its_people_as_members() {
    assert_eq!(verdict(&acme(), &stranger("u@acme.com")), (Some(Role::Member), Rule::AllowedDomain));
}

#[test]
fn look_alikes_and_subdomains_of_an_allowed_domain_are_refused() {
    for address in ["u@notacme.com", "u@acme.com.evil.com", "u@acme.co", "u@hr.acme.com", "u@\u{430}cme.com"]
    {
        assert_eq!(verdict(&acme(), &stranger(address)).0, None, "{address}");
    }
}

#[test]
fn subdomains_are_admitted_when_the_rule_says_so() {
    let mut rules = acme();
    rules.allowed_domains[0].include_subdomains = true;
    assert_eq!(verdict(&rules, &stranger("u@hr.acme.com")).0, Some(Role::Member));
}

#[test]
fn a_domain_that_is_listed_but_switched_off_admits_nobody() {
    let rules = Rules { domain_gating: false, ..acme() };
    assert_eq!(verdict(&rules, &stranger("u@acme.com")).0, None);
}

#[test]
fn domains_and_addresses_are_a_union() {
    let rules = Rules { allowed_emails: vec![email("guest@other.com")], email_allowlist: true, ..acme() };
    assert_eq!(verdict(&rules, &stranger("u@acme.com")).1, Rule::AllowedDomain);
    assert_eq!(verdict(&rules, &stranger("guest@other.com")).1, Rule::AllowedAddress);
    assert_eq!(verdict(&rules, &stranger("guest+x@other.com")).0, None);
}

#[test]
fn an_address_that_the_provider_does_not_vouch_for_is_refused_whatever_the_rules_say() {
    let rules = Rules { open_sign_up: true, ..acme() };
    let person = Person { email_verified: false, ..stranger("u@acme.com") };
    assert_eq!(verdict(&rules, &person), (None, Rule::VerifiedAddress));
}

#[test]
fn instance_lists_come_before_membership_and_before_every_page() {
    let owner = Person { standing: Standing::Member(Role::Owner), ..stranger("u@acme.com") };
    let blocked = InstanceLists { blocked_domains: vec![domain("acme.com")], ..InstanceLists::default() };
    assert_eq!(decide(&blocked, &acme(), &owner).decided_by(), Rule::InstanceBlockList);
    let ceiling = InstanceLists { allowed_domains: vec![domain("other.com")], ..InstanceLists::default() };
    let open = Rules { open_sign_up: true, ..Rules::default() };
    assert_eq!(decide(&ceiling, &open, &stranger("u@acme.com")).decided_by(), Rule::InstanceAllowList);
    assert_eq!(decide(&ceiling, &open, &stranger("u@other.com")).admitted, Some(Role::Member));
}

#[test]
fn members_keep_coming_in_with_their_role_when_the_rules_change() {
    let admin = Person { standing: Standing::Member(Role::Admin), ..stranger("u@gone.com") };
    assert_eq!(verdict(&acme(), &admin), (Some(Role::Admin), Rule::Member));
}

#[test]
fn a_deactivated_person_is_refused_although_the_domain_is_allowed() {
    let person = Person { standing: Standing::Deactivated, ..stranger("u@acme.com") };
    assert_eq!(verdict(&acme(), &person), (None, Rule::Deactivated));
}

#[test]
fn the_first_person_becomes_owner() {
    let person = Person { standing: Standing::First, ..stranger("u@acme.com") };
    assert_eq!(verdict(&Rules::default(), &person), (Some(Role::Owner), Rule::FirstOwner));
}

#[test]
fn a_gate_that_is_on_but_empty_is_noticed() {
    let on = |domain_gating, email_allowlist, open_sign_up| {
        Rules { domain_gating, email_allowlist, open_sign_up, ..Rules::default() }.is_on_but_empty()
    };
    assert!(on(true, false, false) && on(false, true, false) && on(true, true, false));
    assert!(!on(false, false, false) && !on(true, false, true));
    assert!(!Rules { email_allowlist: true, ..acme() }.is_on_but_empty());
}
