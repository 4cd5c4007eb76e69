//! The rules about the person: how they come, and what they are here.

use super::candidate::{Candidate, Standing};
use super::prepared::Gate;
use super::says::Says;
use crate::role::Role;

pub(super) fn sign_in_method(_: &Gate, person: &Candidate) -> Says {
    if person.method_is_on {
        Says::passes("The sign-in method is switched on.")
    } else {
        Says::refuses("The sign-in method is switched off.")
    }
}

pub(super) fn verified_address(_: &Gate, person: &Candidate) -> Says {
    if person.email_verified {
        Says::passes("Email verified by the provider.")
    } else {
        Says::refuses("Email not verified by the provider.")
    }
}

pub(super) fn deactivated(_: &Gate, person: &Candidate) -> Says {
    if person.standing == Standing::Deactivated {
        Says::refuses("The account is deactivated.")
    } else {
        Says::passes("No deactivated account.")
    }
}

pub(super) fn known_elsewhere(_: &Gate, person: &Candidate) -> Says {
    if person.standing == Standing::Elsewhere {
        Says::refuses("The address belongs to an account that signs in by another method.")
    } else {
        Says::passes("No account of another sign-in method has the address.")
    }
}

pub(super) fn member(_: &Gate, person: &Candidate) -> Says {
    match person.standing {
        Standing::Member(role) => Says::admits(role, format!("Already {}.", role.with_article())),
        Standing::Suspended => Says::refuses("The membership is suspended."),
        Standing::LockedOut(_) => Says::passes("A member who lost access through these rules."),
        _ => Says::passes("Not a member."),
    }
}

/// Anyone who is invited comes in to be asked; the role is theirs once they accept. The operator's word goes before.
pub(super) fn open_invite(_: &Gate, person: &Candidate) -> Says {
    match person.invited {
        Some(_) if person.standing == Standing::Awaited => {
            Says::passes("Invited, but the server’s owner list comes first.")
        }
        Some(role) => Says::admits(role, format!("Invited as {}.", role.with_article())),
        None => Says::passes("No open invite."),
    }
}

pub(super) fn first_owner(_: &Gate, person: &Candidate) -> Says {
    match person.standing {
        Standing::First => Says::admits(Role::Owner, "The first person to sign in."),
        Standing::Awaited => Says::admits(Role::Owner, "Named as owner by the server’s admin."),
        _ => Says::passes("Not the first person to sign in."),
    }
}
