//! Who may come in: one pure function from the rules and a person to an answer with its steps (rules 2.1 to
//! 2.7). Sign-in asks it, and so do the simulator, the lock-out preview and the list of those turned away.

pub mod api;
pub mod denials;
pub mod form;
pub mod methods;
mod order;
mod preview;
mod public_mail;
mod rules;
mod settings;
pub mod shell;
mod simulation;
pub mod web;

pub use form::Doubt;
pub use order::Gate;
pub use preview::{Digest, Loser, Preview, would_be_let_in};
pub use rules::{AllowedDomains, AllowedEmails, DomainRule, InstanceLists, Rules};
pub(crate) use settings::write_rules;
pub use settings::{Allowed, Consent, Saved, allow_address, leaves_out, preview, save, settings};
pub use simulation::{Simulation, simulate};

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::access::Role;
use crate::address::EmailAddress;

/// Why a gate that is on but empty is not saved (rule 2.3).
pub const NOBODY_COULD_JOIN: &str =
    "Nobody could join: add a domain or an address, or switch the empty list off.";

/// The person at the gate.
#[derive(Clone, Debug)]
pub struct Person {
    /// What the provider says.
    pub email: EmailAddress,
    /// The address of the account here, where the provider's is another.
    pub account: Option<EmailAddress>,
    /// Whether the provider vouches for the address (rule 2.6).
    pub email_verified: bool,
    /// Whether the way in is one that the organization has switched on.
    pub method_is_on: bool,
    pub standing: Standing,
    /// The role of an open invite for the address.
    pub invited: Option<Role>,
}

impl Person {
    /// Somebody new at `email`, whom a provider vouches for.
    pub fn stranger(email: EmailAddress) -> Self {
        Self {
            email,
            account: None,
            email_verified: true,
            method_is_on: true,
            standing: Standing::Stranger,
            invited: None,
        }
    }

    /// The address of the account that the person has here, or gets.
    pub fn account_address(&self) -> &EmailAddress {
        self.account.as_ref().unwrap_or(&self.email)
    }

    fn addresses(&self) -> impl Iterator<Item = &EmailAddress> {
        std::iter::once(&self.email).chain(&self.account)
    }

    /// As what the rules let the person in: whom they let in again comes back as what they were.
    fn role_by_rules(&self) -> Role {
        match self.standing {
            Standing::LockedOut(role) => role,
            _ => Role::Member,
        }
    }
}

/// What the person already is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody we know.
    Stranger,
    /// The first person to come to a new instance, allowed to claim it (rule 1.4).
    First,
    /// Whom an operator has named as owner.
    Awaited,
    /// A member of the organization.
    Member(Role),
    /// A member whose access the rules have ended.
    LockedOut(Role),
    /// A person whose account was deactivated.
    Deactivated,
    /// The address belongs to an account that signs in by other methods (rule 2.6).
    Elsewhere,
}

/// The rules in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Address,
    SignInMethod,
    VerifiedAddress,
    InstanceBlockList,
    InstanceAllowList,
    Deactivated,
    KnownElsewhere,
    Member,
    OpenInvite,
    FirstOwner,
    AllowedDomain,
    AllowedAddress,
    OpenSignUp,
    Otherwise,
}

impl Rule {
    /// How pages call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Address => "Address",
            Self::SignInMethod => "Sign-in method",
            Self::VerifiedAddress => "Verified address",
            Self::InstanceBlockList => "Block lists of the installation",
            Self::InstanceAllowList => "Allow lists of the installation",
            Self::Deactivated => "Account",
            Self::KnownElsewhere => "Other sign-in methods",
            Self::Member => "Membership",
            Self::OpenInvite => "Invite",
            Self::FirstOwner => "First owner",
            Self::AllowedDomain => "Domains",
            Self::AllowedAddress => "Addresses",
            Self::OpenSignUp => "Open sign-up",
            Self::Otherwise => "Everybody else",
        }
    }

    /// As the API and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::SignInMethod => "sign_in_method",
            Self::VerifiedAddress => "verified_address",
            Self::InstanceBlockList => "instance_block_list",
            Self::InstanceAllowList => "instance_allow_list",
            Self::Deactivated => "deactivated",
            Self::KnownElsewhere => "known_elsewhere",
            Self::Member => "member",
            Self::OpenInvite => "open_invite",
            Self::FirstOwner => "first_owner",
            Self::AllowedDomain => "allowed_domain",
            Self::AllowedAddress => "allowed_address",
            Self::OpenSignUp => "open_sign_up",
            Self::Otherwise => "otherwise",
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Admits,
    Refuses,
    /// The rule has nothing to say about this person; the next is asked.
    Passes,
}

impl Outcome {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admits => "admits",
            Self::Refuses => "refuses",
            Self::Passes => "passes",
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One rule asked, and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub rule: Rule,
    pub outcome: Outcome,
    pub detail: Cow<'static, str>,
}

/// The gate's answer: the steps up to the one that decided, which is the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The role with which the person comes in; none is a refusal.
    pub admitted: Option<Role>,
    pub steps: Vec<Step>,
}

impl Answer {
    /// For somebody whose provider names no address that could be asked about.
    pub fn no_address() -> Self {
        let detail = Cow::from("The provider names no usable address.");
        Self { admitted: None, steps: vec![Step { rule: Rule::Address, outcome: Outcome::Refuses, detail }] }
    }

    /// The rule that decided.
    pub fn decided_by(&self) -> Rule {
        self.steps.last().map_or(Rule::Otherwise, |step| step.rule)
    }

    /// Why, in the words of the rules that are switched on: for a person whom none of them admitted.
    pub fn reason(&self) -> String {
        let Some(last) = self.steps.last() else { return String::new() };
        if last.rule != Rule::Otherwise {
            return last.detail.to_string();
        }
        let on = self.steps.iter().filter(|step| order::could_have_admitted(step));
        let said: Vec<&str> = on.map(|step| step.detail.as_ref()).collect();
        if said.is_empty() { order::ONLY_INVITED.to_owned() } else { said.join(" ") }
    }
}

/// Decides whether `person` may come in (rule 2.1). Pure: the same answer wherever it is asked.
pub fn decide(instance: &InstanceLists, rules: &Rules, person: &Person) -> Answer {
    Gate::new(instance, rules).decide(person)
}

#[cfg(test)]
mod tests;
