use super::*;
use crate::address::Domain;

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

fn stranger(address: &str) -> Person {
    Person::stranger(email(address))
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
fn whom_the_operator_names_becomes_owner_though_they_are_invited_as_less() {
    let invited = Person { invited: Some(Role::Member), ..stranger("u@other.com") };
    assert_eq!(verdict(&Rules::default(), &invited), (Some(Role::Member), Rule::OpenInvite));
    let named = Person { standing: Standing::Awaited, ..invited };
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
fn a_sign_in_method_that_is_off_lets_nobody_in() {
    let owner =
        Person { method_is_on: false, standing: Standing::Member(Role::Owner), ..stranger("u@acme.com") };
    assert_eq!(verdict(&acme(), &owner), (None, Rule::SignInMethod));
}

#[test]
fn an_address_that_is_known_elsewhere_is_refused_unless_the_account_is_deactivated() {
    let elsewhere = Person { standing: Standing::Elsewhere, ..stranger("u@acme.com") };
    assert_eq!(verdict(&acme(), &elsewhere), (None, Rule::KnownElsewhere));
}

#[test]
fn whom_the_rules_let_in_again_comes_back_with_their_role() {
    let admin = |address| Person { standing: Standing::LockedOut(Role::Admin), ..stranger(address) };
    assert_eq!(verdict(&acme(), &admin("u@acme.com")), (Some(Role::Admin), Rule::AllowedDomain));
    assert_eq!(verdict(&acme(), &admin("u@gone.com")), (None, Rule::Otherwise));
}

#[test]
fn the_rules_are_asked_about_the_address_that_was_vouched_for_just_now() {
    let locked_out = Person {
        account: Some(email("u@acme.com")),
        standing: Standing::LockedOut(Role::Member),
        ..stranger("u@private.org")
    };
    assert_eq!(verdict(&acme(), &locked_out), (None, Rule::Otherwise));
}

#[test]
fn the_instances_lists_are_asked_about_a_connected_account_and_about_the_person() {
    let person = Person {
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
    assert_eq!(answer.reason(), "hr.acme.com is a subdomain; acme.com does not include subdomains.");
    let nothing_on = decide(&InstanceLists::default(), &Rules::default(), &stranger("sam@acme.com"));
    assert_eq!(nothing_on.reason(), "Only people who are invited can join.");
}

#[test]
fn the_sentence_is_red_only_when_it_is_everybody() {
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

mod agreement {
    //! The gate, the preview and plain words come to the same, whatever the rules.

    use chrono::Utc;
    use proptest::prelude::*;

    use super::*;
    use crate::gate::preview::{Saver, Seated};

    const DOMAINS: [&str; 5] = ["acme.com", "hr.acme.com", "notacme.com", "acme.co", "globex.org"];
    const NAMES: [&str; 3] = ["ada", "ben", "ada+x"];

    fn any_domain() -> impl Strategy<Value = Domain> {
        prop::sample::select(DOMAINS.to_vec()).prop_map(domain)
    }

    fn any_email() -> impl Strategy<Value = EmailAddress> {
        let parts = (prop::sample::select(NAMES.to_vec()), prop::sample::select(DOMAINS.to_vec()));
        parts.prop_map(|(name, domain)| email(&format!("{name}@{domain}")))
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
        let within =
            listed(&lists.allowed_emails) || lists.allowed_domains.iter().any(|d| d.as_str() == domain);
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
            emails in prop::collection::hash_set(any_email(), 1..8),
        ) {
            let members: Vec<Seated> = emails.iter().map(seated).collect();
            let preview = Preview::new(&lists, &rules, members, &[], &Saver { id: String::new(), role: Role::Owner });
            let admitted: Vec<_> = emails
                .iter()
                .filter(|email| decide(&lists, &rules, &Person::stranger((*email).clone())).admitted.is_some())
                .collect();
            let by_words = emails.iter().filter(|email| in_plain_words(&lists, &rules, email.as_str()));
            prop_assert_eq!(&by_words.collect::<Vec<_>>(), &admitted);
            prop_assert_eq!(preview.keeps, admitted.len());
            prop_assert_eq!(preview.losers.len(), emails.len() - admitted.len());
            for email in &emails {
                prop_assert_eq!(preview.leaves_out(email.as_str()), !admitted.contains(&email));
            }
        }
    }
}
