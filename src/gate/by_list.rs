//! The rules about the address: the installation's lists, and the organization's.

use super::candidate::Candidate;
use super::prepared::Gate;
use super::says::Says;
use super::step::{ADDRESSES_OFF, DOMAINS_OFF, SIGN_UP_OFF};

pub(super) fn block_list(gate: &Gate, person: &Candidate) -> Says {
    match person.addresses().find(|email| gate.instance.blocks(email)) {
        Some(email) => Says::refuses(format!("{email} is on the server’s block list.")),
        None => Says::passes("Not on the server’s block list."),
    }
}

pub(super) fn allow_list(gate: &Gate, person: &Candidate) -> Says {
    match person.addresses().find(|email| !gate.instance.allows(email)) {
        Some(email) => Says::refuses(format!("{email} isn’t on the server’s allow list.")),
        None => Says::passes("Within the server’s limits."),
    }
}

pub(super) fn allowed_domain(gate: &Gate, person: &Candidate) -> Says {
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
            Says::passes(format!("{domain} is a subdomain, and {parent} doesn’t include subdomains."))
        }
        None => Says::passes(format!("{domain} isn’t an allowed domain.")),
    }
}

pub(super) fn allowed_address(gate: &Gate, person: &Candidate) -> Says {
    if !gate.rules.email_allowlist {
        return Says::passes(ADDRESSES_OFF);
    }
    if gate.emails.contains(&person.email) {
        Says::admits(person.role_by_rules(), "The address is listed.")
    } else {
        Says::passes("The address isn’t listed.")
    }
}

pub(super) fn open_sign_up(gate: &Gate, person: &Candidate) -> Says {
    if gate.rules.open_sign_up {
        Says::admits(person.role_by_rules(), "Anyone can sign up.")
    } else {
        Says::passes(SIGN_UP_OFF)
    }
}

pub(super) fn otherwise(_: &Gate, _: &Candidate) -> Says {
    Says::refuses("No rule allows this address.")
}
