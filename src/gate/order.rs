//! The rules in their order, and what each says (rule 2.1).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{Answer, DomainRule, InstanceLists, Outcome, Person, Rule, Rules, Standing, Step};
use crate::access::Role;
use crate::address::{Domain, EmailAddress};

/// The rules, made ready to be asked about many.
pub struct Gate<'a> {
    instance: &'a InstanceLists,
    rules: &'a Rules,
    domains: HashMap<&'a str, &'a DomainRule>,
    emails: HashSet<&'a EmailAddress>,
}

type Ask = fn(&Gate, &Person) -> Says;

/// Top to bottom.
const ORDER: [(Rule, Ask); 13] = [
    (Rule::SignInMethod, sign_in_method),
    (Rule::VerifiedAddress, verified_address),
    (Rule::InstanceBlockList, block_list),
    (Rule::InstanceAllowList, allow_list),
    (Rule::Deactivated, deactivated),
    (Rule::KnownElsewhere, known_elsewhere),
    (Rule::Member, member),
    (Rule::OpenInvite, open_invite),
    (Rule::FirstOwner, first_owner),
    (Rule::AllowedDomain, allowed_domain),
    (Rule::AllowedAddress, allowed_address),
    (Rule::OpenSignUp, open_sign_up),
    (Rule::Otherwise, otherwise),
];

const DOMAINS_OFF: &str = "Domains are switched off.";
const ADDRESSES_OFF: &str = "Listed addresses are switched off.";
const SIGN_UP_OFF: &str = "Open sign-up is switched off.";
/// What there is to say when everything is off.
pub const ONLY_INVITED: &str = "Only people who are invited can join.";

/// Whether a step is of a rule that lets strangers in and is switched on.
pub fn could_have_admitted(step: &Step) -> bool {
    let rules = [Rule::AllowedDomain, Rule::AllowedAddress, Rule::OpenSignUp];
    rules.contains(&step.rule) && ![DOMAINS_OFF, ADDRESSES_OFF, SIGN_UP_OFF].contains(&step.detail.as_ref())
}

/// What a rule says, before it is written down as a step.
enum Says {
    Admits(Role, Cow<'static, str>),
    Refuses(Cow<'static, str>),
    Passes(Cow<'static, str>),
}

impl Says {
    fn admits(role: Role, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Admits(role, detail.into())
    }

    fn refuses(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Refuses(detail.into())
    }

    fn passes(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Passes(detail.into())
    }
}

impl<'a> Gate<'a> {
    /// Sorts the lists, so that asking costs the same however long they are.
    pub fn new(instance: &'a InstanceLists, rules: &'a Rules) -> Self {
        let mut domains: HashMap<&str, &DomainRule> = HashMap::new();
        for rule in &rules.allowed_domains {
            // Of two rules for one domain the wider one counts.
            let known = domains.entry(rule.domain.as_str()).or_insert(rule);
            if rule.include_subdomains {
                *known = rule;
            }
        }
        Self { instance, rules, domains, emails: rules.allowed_emails.iter().collect() }
    }

    /// Asks the rules about `person` until one decides.
    pub fn decide(&self, person: &Person) -> Answer {
        let mut steps = Vec::with_capacity(ORDER.len());
        for (rule, ask) in ORDER {
            let (outcome, detail, admitted) = match ask(self, person) {
                Says::Admits(role, detail) => (Outcome::Admits, detail, Some(role)),
                Says::Refuses(detail) => (Outcome::Refuses, detail, None),
                Says::Passes(detail) => (Outcome::Passes, detail, None),
            };
            steps.push(Step { rule, outcome, detail });
            if outcome != Outcome::Passes {
                return Answer { admitted, steps };
            }
        }
        Answer { admitted: None, steps }
    }

    /// The rules for `domain` and for what it is below, the nearest first.
    fn rules_above<'d>(&'d self, domain: &'d Domain) -> impl Iterator<Item = &'a DomainRule> + 'd {
        domain.and_above().filter_map(|name| self.domains.get(name).copied())
    }
}

fn sign_in_method(_: &Gate, person: &Person) -> Says {
    if person.method_is_on {
        Says::passes("The sign-in method is switched on.")
    } else {
        Says::refuses("The sign-in method is switched off.")
    }
}

fn verified_address(_: &Gate, person: &Person) -> Says {
    if person.email_verified {
        Says::passes("The provider vouches for the address.")
    } else {
        Says::refuses("The provider does not vouch for the address.")
    }
}

fn block_list(gate: &Gate, person: &Person) -> Says {
    match person.addresses().find(|email| gate.instance.blocks(email)) {
        Some(email) => Says::refuses(format!("{email} is on a block list of the installation.")),
        None => Says::passes("Not on a block list of the installation."),
    }
}

fn allow_list(gate: &Gate, person: &Person) -> Says {
    match person.addresses().find(|email| !gate.instance.allows(email)) {
        Some(email) => Says::refuses(format!("The installation's allow lists leave {email} out.")),
        None => Says::passes("Within the limits of the installation."),
    }
}

fn deactivated(_: &Gate, person: &Person) -> Says {
    if person.standing == Standing::Deactivated {
        Says::refuses("The account is deactivated.")
    } else {
        Says::passes("No deactivated account.")
    }
}

fn known_elsewhere(_: &Gate, person: &Person) -> Says {
    if person.standing == Standing::Elsewhere {
        Says::refuses("The address belongs to an account that signs in by another method.")
    } else {
        Says::passes("No account of another sign-in method has the address.")
    }
}

fn member(_: &Gate, person: &Person) -> Says {
    match person.standing {
        Standing::Member(role) => Says::admits(role, format!("Already here, as {}.", role.name())),
        Standing::LockedOut(_) => Says::passes("A member whose access was ended by these rules."),
        _ => Says::passes("Not a member."),
    }
}

/// Whoever is invited comes in to be asked; the role is theirs once they accept. The operator's word goes before.
fn open_invite(_: &Gate, person: &Person) -> Says {
    match person.invited {
        Some(_) if person.standing == Standing::Awaited => {
            Says::passes("Invited, but the operator’s word goes first.")
        }
        Some(role) => Says::admits(role, format!("Invited as {}.", role.name())),
        None => Says::passes("No open invite."),
    }
}

fn first_owner(_: &Gate, person: &Person) -> Says {
    match person.standing {
        Standing::First => Says::admits(Role::Owner, "The first person to sign in."),
        Standing::Awaited => Says::admits(Role::Owner, "Named as owner by the operator."),
        _ => Says::passes("Not the first person to sign in."),
    }
}

fn allowed_domain(gate: &Gate, person: &Person) -> Says {
    if !gate.rules.domain_gating {
        return Says::passes(DOMAINS_OFF);
    }
    let domain = person.email.domain();
    if let Some(rule) = gate.rules_above(&domain).find(|rule| rule.admits(&domain)) {
        return Says::admits(person.role_by_rules(), format!("{domain} is within {rule}."));
    }
    match gate.rules_above(&domain).next() {
        Some(rule) => {
            let parent = &rule.domain;
            Says::passes(format!("{domain} is a subdomain; {parent} does not include subdomains."))
        }
        None => Says::passes(format!("{domain} is not an allowed domain.")),
    }
}

fn allowed_address(gate: &Gate, person: &Person) -> Says {
    if !gate.rules.email_allowlist {
        return Says::passes(ADDRESSES_OFF);
    }
    if gate.emails.contains(&person.email) {
        Says::admits(person.role_by_rules(), "The address is listed.")
    } else {
        Says::passes("The address is not listed.")
    }
}

fn open_sign_up(gate: &Gate, person: &Person) -> Says {
    if gate.rules.open_sign_up {
        Says::admits(person.role_by_rules(), "Anybody may sign up.")
    } else {
        Says::passes(SIGN_UP_OFF)
    }
}

fn otherwise(_: &Gate, _: &Person) -> Says {
    Says::refuses("No rule admits this address.")
}
