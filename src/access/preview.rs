//! Who would be locked out: the rules as they are about to be, asked about every member (rules 2.2, 2.4).

use super::affected::{AffectedMember, MOST_NAMED, Seated};
use super::digest::Digest;
use crate::address::EmailAddress;
use crate::gate::{Answer, Candidate, Gate, InstanceLists, Rules, decide};
use crate::role::Role;

/// What a rule set would mean for those who are in.
#[derive(Clone, Debug)]
pub struct Preview {
    /// How many the rules would let in.
    pub keeps: usize,
    /// Those whom they would not, in the order of their addresses.
    pub losers: Vec<AffectedMember>,
    /// How many invites wait to be accepted: they pass the organization's rules (rule 2.1).
    pub open_invites: usize,
    /// How many of them the installation's lists shut out.
    pub blocked_invites: usize,
    /// Names exactly this outcome.
    pub digest: Digest,
}

/// Who saves the rules.
pub struct Saver {
    pub id: String,
    pub role: Role,
}

impl Preview {
    /// Asks `rules` about each member, and those `in_force` about whom they leave out. No one can end their own access here,
    /// nor that of someone above them.
    pub fn new(
        instance: &InstanceLists,
        rules: &Rules,
        in_force: &Rules,
        members: Vec<Seated>,
        invited: &[EmailAddress],
        saver: &Saver,
    ) -> Self {
        let (gate, before, all) = (Gate::new(instance, rules), Gate::new(instance, in_force), members.len());
        let left_out = members.into_iter().filter(|member| !lets_in(&gate, &member.email));
        let affected = |member: Seated| AffectedMember {
            is_new: lets_in(&before, &member.email),
            protected: protection(&member, saver),
            member,
        };
        let losers: Vec<AffectedMember> = left_out.map(affected).collect();
        let keeps = all - losers.len();
        Self {
            keeps,
            digest: Digest::of(rules, keeps, &losers),
            losers,
            open_invites: invited.len(),
            blocked_invites: invited.iter().filter(|email| !lets_in_invited(&gate, email)).count(),
        }
    }

    /// Whether the rules would refuse someone who is in.
    pub fn is_losing(&self) -> bool {
        !self.losers.is_empty()
    }

    /// Whether it says of members that they would be refused, and was not looked at: `seen` is the digest of what was.
    pub fn is_unseen(&self, seen: &str) -> bool {
        self.is_losing() && !self.digest.is(seen)
    }

    /// The first of those whom `rules`, which it is of, would not let in, each with why.
    pub fn named(self, instance: &InstanceLists, rules: &Rules) -> Vec<(AffectedMember, String)> {
        let gate = Gate::new(instance, rules);
        let with_reason = |loser: AffectedMember| {
            let reason = gate.decide(&Candidate::stranger(loser.member.email.clone())).reason();
            (loser, reason)
        };
        self.losers.into_iter().take(MOST_NAMED).map(with_reason).collect()
    }

    /// How many it changes something for: those whom the rules in force would let in, and, where saving is to `end_access`,
    /// all whose access it can end.
    pub fn affected(&self, end_access: bool) -> usize {
        let is_affected = |loser: &&AffectedMember| loser.is_new || end_access && loser.protected.is_none();
        self.losers.iter().filter(is_affected).count()
    }

    /// Those whose access saving can end.
    pub fn exposed(&self) -> impl Iterator<Item = &Seated> {
        self.losers.iter().filter(|loser| loser.protected.is_none()).map(|loser| &loser.member)
    }

    /// Whether `person` is among those whom the rules would not let in.
    pub fn leaves_out(&self, person: &str) -> bool {
        self.losers.iter().any(|loser| loser.member.id == person)
    }
}

/// What the rules say to someone who comes new with this address.
pub fn would_be_let_in(instance: &InstanceLists, rules: &Rules, email: &EmailAddress) -> Answer {
    decide(instance, rules, &Candidate::stranger(email.clone()))
}

fn lets_in(gate: &Gate, email: &EmailAddress) -> bool {
    gate.decide(&Candidate::stranger(email.clone())).admitted.is_some()
}

fn lets_in_invited(gate: &Gate, email: &EmailAddress) -> bool {
    let person = Candidate { invited: Some(Role::Member), ..Candidate::stranger(email.clone()) };
    gate.decide(&person).admitted.is_some()
}

fn protection(member: &Seated, saver: &Saver) -> Option<&'static str> {
    if member.id == saver.id {
        Some("You")
    } else if member.role > saver.role {
        Some("Above your role")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn nobody_can_end_their_own_access_nor_that_of_somebody_above_them() {
        let saver = Saver { id: "ben".to_owned(), role: Role::Admin };
        let of = |id: &str, role| {
            let email = EmailAddress::parse("x@acme.test").expect("an address");
            let (id, name) = (id.to_owned(), String::new());
            protection(&Seated { id, email, name, role, last_seen_at: DateTime::UNIX_EPOCH }, &saver)
        };
        assert_eq!(of("ben", Role::Admin), Some("You"));
        assert_eq!(of("ada", Role::Owner), Some("Above your role"));
        assert_eq!([of("eve", Role::Admin), of("mia", Role::Member)], [None, None]);
    }
}
