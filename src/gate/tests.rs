use super::*;
use crate::address::{Domain, EmailAddress};
use crate::role::Role;

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

fn stranger(address: &str) -> Candidate {
    Candidate::stranger(email(address))
}

fn acme() -> Rules {
    Rules {
        allowed_domains: vec![DomainRule { domain: domain("acme.com"), include_subdomains: false }],
        domain_gating: true,
        ..Rules::default()
    }
}

fn verdict(rules: &Rules, person: &Candidate) -> (Option<Role>, Rule) {
    let answer = decide(&InstanceLists::default(), rules, person);
    (answer.admitted, answer.decided_by())
}

#[test]
fn nothing_switched_on_admits_no_one_new() {
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
fn a_domain_that_is_listed_but_switched_off_admits_no_one() {
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
fn an_address_that_the_provider_has_not_verified_is_refused_whatever_the_rules_say() {
    let rules = Rules { open_sign_up: true, ..acme() };
    let person = Candidate { email_verified: false, ..stranger("u@acme.com") };
    assert_eq!(verdict(&rules, &person), (None, Rule::VerifiedAddress));
}

#[test]
fn instance_lists_come_before_membership_and_before_every_page() {
    let owner = Candidate { standing: Standing::Member(Role::Owner), ..stranger("u@acme.com") };
    let blocked = InstanceLists { blocked_domains: vec![domain("acme.com")], ..InstanceLists::default() };
    assert_eq!(decide(&blocked, &acme(), &owner).decided_by(), Rule::InstanceBlockList);
    let ceiling = InstanceLists { allowed_domains: vec![domain("other.com")], ..InstanceLists::default() };
    let open = Rules { open_sign_up: true, ..Rules::default() };
    assert_eq!(decide(&ceiling, &open, &stranger("u@acme.com")).decided_by(), Rule::InstanceAllowList);
    assert_eq!(decide(&ceiling, &open, &stranger("u@other.com")).admitted, Some(Role::Member));
}

#[test]
fn members_keep_coming_in_with_their_role_when_the_rules_change() {
    let admin = Candidate { standing: Standing::Member(Role::Admin), ..stranger("u@gone.com") };
    assert_eq!(verdict(&acme(), &admin), (Some(Role::Admin), Rule::Member));
}

#[test]
fn a_deactivated_person_is_refused_although_the_domain_is_allowed() {
    let person = Candidate { standing: Standing::Deactivated, ..stranger("u@acme.com") };
    assert_eq!(verdict(&acme(), &person), (None, Rule::Deactivated));
}

#[test]
fn the_first_person_becomes_owner() {
    let person = Candidate { standing: Standing::First, ..stranger("u@acme.com") };
    assert_eq!(verdict(&Rules::default(), &person), (Some(Role::Owner), Rule::FirstOwner));
}

#[test]
fn a_person_the_operator_names_becomes_owner_though_they_are_invited_as_less() {
    let invited = Candidate { invited: Some(Role::Member), ..stranger("u@other.com") };
    assert_eq!(verdict(&Rules::default(), &invited), (Some(Role::Member), Rule::OpenInvite));
    let named = Candidate { standing: Standing::Awaited, ..invited };
    assert_eq!(verdict(&Rules::default(), &named), (Some(Role::Owner), Rule::FirstOwner));
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

#[test]
fn a_sign_in_method_that_is_off_lets_no_one_in() {
    let owner =
        Candidate { method_is_on: false, standing: Standing::Member(Role::Owner), ..stranger("u@acme.com") };
    assert_eq!(verdict(&acme(), &owner), (None, Rule::SignInMethod));
}

#[test]
fn an_address_that_is_known_elsewhere_is_refused_unless_the_account_is_deactivated() {
    let elsewhere = Candidate { standing: Standing::Elsewhere, ..stranger("u@acme.com") };
    assert_eq!(verdict(&acme(), &elsewhere), (None, Rule::KnownElsewhere));
}

#[test]
fn a_person_whom_the_rules_allow_again_gets_their_role_back() {
    let admin = |address| Candidate { standing: Standing::LockedOut(Role::Admin), ..stranger(address) };
    assert_eq!(verdict(&acme(), &admin("u@acme.com")), (Some(Role::Admin), Rule::AllowedDomain));
    assert_eq!(verdict(&acme(), &admin("u@gone.com")), (None, Rule::Otherwise));
}

#[test]
fn whose_access_was_ended_is_told_so() {
    let person = Candidate { standing: Standing::LockedOut(Role::Member), ..stranger("u@gone.com") };
    let answer = decide(&InstanceLists::default(), &acme(), &person);
    let step = answer.steps.iter().find(|step| step.rule == Rule::Member).expect("a step");
    assert_eq!(step.detail, "A member who lost access through these rules.");
}

#[test]
fn a_suspended_member_is_refused_although_the_domain_is_allowed_and_someone_invites_them() {
    let invited = Candidate { invited: Some(Role::Member), ..stranger("u@acme.com") };
    let person = Candidate { standing: Standing::Suspended, ..invited };
    assert_eq!(verdict(&acme(), &person), (None, Rule::Member));
}

#[test]
fn the_rules_are_asked_about_the_address_that_was_verified_just_now() {
    let locked_out = Candidate {
        account: Some(email("u@acme.com")),
        standing: Standing::LockedOut(Role::Member),
        ..stranger("u@private.org")
    };
    assert_eq!(verdict(&acme(), &locked_out), (None, Rule::Otherwise));
}

#[test]
fn the_instances_lists_are_asked_about_a_connected_account_and_about_the_person() {
    let person = Candidate {
        account: Some(email("u@acme.com")),
        standing: Standing::Member(Role::Owner),
        ..stranger("u@private.org")
    };
    for blocked in ["acme.com", "private.org"] {
        let lists = InstanceLists { blocked_domains: vec![domain(blocked)], ..InstanceLists::default() };
        assert_eq!(decide(&lists, &acme(), &person).decided_by(), Rule::InstanceBlockList, "{blocked}");
    }
    let lists = InstanceLists { allowed_domains: vec![domain("acme.com")], ..InstanceLists::default() };
    assert_eq!(decide(&lists, &acme(), &person).decided_by(), Rule::InstanceAllowList);
}

#[test]
fn a_refusal_says_what_would_have_let_the_person_in() {
    let answer = decide(&InstanceLists::default(), &acme(), &stranger("sam@hr.acme.com"));
    assert_eq!(answer.reason(), "hr.acme.com is a subdomain, and acme.com doesn’t include subdomains.");
    let nothing_on = decide(&InstanceLists::default(), &Rules::default(), &stranger("sam@acme.com"));
    assert_eq!(nothing_on.reason(), "Only invited people can join.");
}

#[test]
fn the_sentence_is_red_only_when_it_is_everyone() {
    let open = Rules { open_sign_up: true, ..Rules::default() };
    assert_eq!(
        open.in_a_sentence(&InstanceLists::default()),
        "Anyone on the internet can sign in and becomes a member."
    );
    let limits = InstanceLists { allowed_domains: vec![domain("acme.com")], ..InstanceLists::default() };
    assert_eq!(
        open.in_a_sentence(&limits),
        "Anyone with an address at acme.com can sign in and becomes a member."
    );
}

#[test]
fn narrower_rules_let_in_no_one_else() {
    let rule = |text: &str, include_subdomains| DomainRule { domain: domain(text), include_subdomains };
    let whole = Rules { allowed_domains: vec![rule("acme.com", true)], ..acme() };
    let below = Rules { allowed_domains: vec![rule("eu.acme.com", true)], ..acme() };
    let sam =
        Rules { allowed_emails: vec![email("sam@acme.com")], email_allowlist: true, ..Rules::default() };
    let gone = Rules { domain_gating: false, ..acme() };
    for (rules, before, lets_in_more) in [
        (acme(), acme(), false),
        (acme(), whole.clone(), false),
        (below.clone(), whole.clone(), false),
        (Rules::default(), whole.clone(), false),
        (gone.clone(), acme(), false),
        (whole.clone(), acme(), true),
        (whole, below, true),
        (acme(), gone.clone(), true),
        (acme(), Rules::default(), true),
        (gone.clone(), Rules::default(), true),
        (sam.clone(), sam.clone(), false),
        (sam.clone(), Rules::default(), true),
        (sam.clone(), Rules { email_allowlist: false, ..sam.clone() }, true),
        (Rules { email_allowlist: false, ..sam.clone() }, sam, false),
        (Rules { open_sign_up: true, ..acme() }, acme(), true),
    ] {
        assert_eq!(rules.let_in_more_than(&before), lets_in_more, "{rules:?} after {before:?}");
    }
    let both = Rules { allowed_emails: vec![email("sam@acme.com")], ..acme() };
    assert!(!both.let_in_more_than(&acme()), "acme.com is let in anyway");
    let both_off = Rules { domain_gating: false, ..both };
    assert!(both_off.let_in_more_than(&gone), "acme.com is listed, and lets nobody in");
    let elsewhere = Rules { allowed_emails: vec![email("sam@other.com")], ..acme() };
    assert!(elsewhere.let_in_more_than(&acme()), "acme.com lets in nobody of other.com");
}
