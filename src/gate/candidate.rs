//! Who stands at the gate.

use crate::address::EmailAddress;
use crate::role::Role;

/// The person at the gate.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What the provider says.
    pub email: EmailAddress,
    /// The address of the account here, where the provider's is another.
    pub account: Option<EmailAddress>,
    /// Whether the provider has verified the address (rule 2.6).
    pub email_verified: bool,
    /// Whether the way in is one that the organization has switched on.
    pub method_is_on: bool,
    pub standing: Standing,
    /// The role of an open invite for the address.
    pub invited: Option<Role>,
}

impl Candidate {
    /// Someone new at `email`, whom a provider has verified.
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

    pub(super) fn addresses(&self) -> impl Iterator<Item = &EmailAddress> {
        std::iter::once(&self.email).chain(&self.account)
    }

    /// As what the rules let the person in: whom they let in again comes back as what they were.
    pub(super) fn role_by_rules(&self) -> Role {
        match self.standing {
            Standing::LockedOut(role) => role,
            _ => Role::Member,
        }
    }
}

/// What the person already is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No one we know.
    Stranger,
    /// The first person to come to a new instance, allowed to claim it (rule 1.4).
    First,
    /// Whom an operator has named as owner.
    Awaited,
    /// A member of the organization.
    Member(Role),
    /// A member whose access the rules have ended.
    LockedOut(Role),
    /// A member whom an admin keeps out.
    Suspended,
    /// A person whose account was deactivated.
    Deactivated,
    /// The address belongs to an account that signs in by other methods (rule 2.6).
    Elsewhere,
}
