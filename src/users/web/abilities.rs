//! What roles let people do, as pages list it.

use crate::role::Role;

/// What a role adds to the one below it: each reads on after "can" and after "will no longer be able to".
pub fn abilities(role: Role) -> &'static [&'static str] {
    match role {
        Role::Member => {
            &["Use the team’s resources.", "View settings, people and which keys are configured."]
        }
        Role::Admin => &[
            "Decide who can join: domains, addresses, sign-in methods.",
            "Invite people, change their roles up to admin, and remove them.",
            "Set, replace and remove keys.",
            "Read the audit log.",
        ],
        Role::Owner => &[
            "Do everything that admins do.",
            "Make people owners, or take that away.",
            "Transfer or delete the organization.",
        ],
    }
}

/// What someone who steps down from one role to another can't do any more.
pub fn lost(from: Role, to: Role) -> Vec<String> {
    // An owner's first line is about admins, whose abilities go or stay with their own role.
    let owners = abilities(Role::Owner).iter().skip(1);
    let owners = owners.filter(|_| from == Role::Owner);
    let admins = abilities(Role::Admin).iter().filter(|_| to == Role::Member);
    owners.chain(admins).map(|&ability| ability.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_steps_down_loses_what_the_roles_between_let_them_do() {
        let counts = [(Role::Owner, Role::Admin), (Role::Owner, Role::Member), (Role::Admin, Role::Member)];
        assert_eq!(counts.map(|(from, to)| lost(from, to).len()), [2, 6, 4]);
        assert!(lost(Role::Owner, Role::Admin).concat().contains("Make people owners"));
        assert!(lost(Role::Admin, Role::Admin).is_empty());
    }
}
