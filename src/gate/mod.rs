//! Who may come in: one pure function from the rules and a person to an answer with its steps (rules 2.1 to
//! 2.7). Sign-in asks it, and whatever explains or previews the rules asks the same function.

pub mod form;
mod rules;
mod settings;
pub mod web;

pub use rules::{AllowedDomains, AllowedEmails, DomainRule, InstanceLists, Rules};
pub(crate) use settings::write_rules;
pub use settings::{save, settings};

use serde::Serialize;

use crate::access::Role;
use crate::address::EmailAddress;

/// Why a gate that is on but empty is not saved (rule 2.3).
pub const NOBODY_COULD_JOIN: &str =
    "Nobody could join: add a domain or an address, or switch the empty list off.";

/// The person at the gate.
#[derive(Clone, Debug)]
pub struct Person {
    pub email: EmailAddress,
    /// Whether the provider vouches for the address (rule 2.6).
    pub email_verified: bool,
    pub standing: Standing,
}

/// What the person already is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody we know.
    Stranger,
    /// The first person to come to a new instance, allowed to claim it (rule 1.4).
    First,
    /// A member of the organization.
    Member(Role),
    /// A person whose account was deactivated.
    Deactivated,
}

/// The rules in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    VerifiedAddress,
    InstanceBlockList,
    InstanceAllowList,
    Deactivated,
    Member,
    FirstOwner,
    AllowedDomain,
    AllowedAddress,
    OpenSignUp,
    Otherwise,
}

/// What a rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Admits,
    Refuses,
    /// The rule has nothing to say about this person; the next is asked.
    Passes,
}

/// One rule asked, and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub rule: Rule,
    pub outcome: Outcome,
    pub detail: String,
}

/// The gate's answer: the steps up to the one that decided, which is the last.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The role with which the person comes in; none is a refusal.
    pub admitted: Option<Role>,
    pub steps: Vec<Step>,
}

impl Answer {
    /// The rule that decided.
    pub fn decided_by(&self) -> Rule {
        self.steps.last().map_or(Rule::Otherwise, |step| step.rule)
    }
}

/// What a rule says, before it is written down as a step.
enum Says {
    Admits(Role, String),
    Refuses(String),
    Passes(String),
}

/// Decides whether `person` may come in (rule 2.1). Pure: the same answer wherever it is asked.
pub fn decide(instance: &InstanceLists, rules: &Rules, person: &Person) -> Answer {
    let order: [(Rule, Says); 10] = [
        (Rule::VerifiedAddress, verified(person)),
        (Rule::InstanceBlockList, block_list(instance, person)),
        (Rule::InstanceAllowList, allow_list(instance, person)),
        (Rule::Deactivated, deactivated(person)),
        (Rule::Member, member(person)),
        (Rule::FirstOwner, first_owner(person)),
        (Rule::AllowedDomain, allowed_domain(rules, person)),
        (Rule::AllowedAddress, allowed_address(rules, person)),
        (Rule::OpenSignUp, open_sign_up(rules)),
        (Rule::Otherwise, Says::Refuses("No rule admits this address.".to_owned())),
    ];
    let mut steps = Vec::new();
    for (rule, says) in order {
        let (outcome, detail, admitted) = match says {
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

fn verified(person: &Person) -> Says {
    if person.email_verified {
        Says::Passes("The provider vouches for the address.".to_owned())
    } else {
        Says::Refuses("The provider does not vouch for the address.".to_owned())
    }
}

fn block_list(instance: &InstanceLists, person: &Person) -> Says {
    if instance.blocks(&person.email) {
        Says::Refuses("The address is on the instance's block list.".to_owned())
    } else {
        Says::Passes("Not on the instance's block list.".to_owned())
    }
}

fn allow_list(instance: &InstanceLists, person: &Person) -> Says {
    if instance.allows(&person.email) {
        Says::Passes("Within the instance's allow lists.".to_owned())
    } else {
        Says::Refuses("The instance's allow lists leave the address out.".to_owned())
    }
}

fn deactivated(person: &Person) -> Says {
    if person.standing == Standing::Deactivated {
        Says::Refuses("The account is deactivated.".to_owned())
    } else {
        Says::Passes("The account is not deactivated.".to_owned())
    }
}

fn member(person: &Person) -> Says {
    match person.standing {
        Standing::Member(role) => Says::Admits(role, format!("Already here, as {}.", role.name())),
        _ => Says::Passes("Not a member yet.".to_owned()),
    }
}

fn first_owner(person: &Person) -> Says {
    match person.standing {
        Standing::First => Says::Admits(Role::Owner, "The first person to sign in.".to_owned()),
        _ => Says::Passes("Not the first person to sign in.".to_owned()),
    }
}

fn allowed_domain(rules: &Rules, person: &Person) -> Says {
    let domain = person.email.domain();
    if !rules.domain_gating {
        return Says::Passes("Domains are switched off.".to_owned());
    }
    match rules.allowed_domains.iter().find(|rule| rule.admits(&domain)) {
        Some(rule) => Says::Admits(Role::Member, format!("{domain} is within {rule}.")),
        None => Says::Passes(format!("{domain} is not an allowed domain.")),
    }
}

fn allowed_address(rules: &Rules, person: &Person) -> Says {
    if !rules.email_allowlist {
        return Says::Passes("Listed addresses are switched off.".to_owned());
    }
    if rules.allowed_emails.contains(&person.email) {
        Says::Admits(Role::Member, "The address is listed.".to_owned())
    } else {
        Says::Passes("The address is not listed.".to_owned())
    }
}

fn open_sign_up(rules: &Rules) -> Says {
    if rules.open_sign_up {
        Says::Admits(Role::Member, "Anybody may sign up.".to_owned())
    } else {
        Says::Passes("Open sign-up is switched off.".to_owned())
    }
}

#[cfg(test)]
mod tests;
