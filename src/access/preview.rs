//! Who would be locked out: the rules as they are about to be, asked about every member (rules 2.2, 2.4).

use super::affected::{AffectedMember, Seated};
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
    /// Asks `rules` about each member. Nobody can end their own access here, nor that of somebody above them.
    pub fn new(
        instance: &InstanceLists,
        rules: &Rules,
        members: Vec<Seated>,
        invited: &[EmailAddress],
        saver: &Saver,
    ) -> Self {
        let (gate, all) = (Gate::new(instance, rules), members.len());
        let outside =
            |member: &Seated| gate.decide(&Candidate::stranger(member.email.clone())).admitted.is_none();
        let losers: Vec<AffectedMember> = members
            .into_iter()
            .filter(outside)
            .map(|member| AffectedMember { protected: protection(&member, saver), member })
            .collect();
        let keeps = all - losers.len();
        let shut_out = |email: &&EmailAddress| {
            let person = Candidate { invited: Some(Role::Member), ..Candidate::stranger((*email).clone()) };
            gate.decide(&person).admitted.is_none()
        };
        Self {
            keeps,
            digest: Digest::of(rules, keeps, &losers),
            losers,
            open_invites: invited.len(),
            blocked_invites: invited.iter().filter(shut_out).count(),
        }
    }

    /// Whether somebody's access is in question.
    pub fn is_losing(&self) -> bool {
        !self.losers.is_empty()
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

/// What the rules say to somebody who comes new with this address.
pub fn would_be_let_in(instance: &InstanceLists, rules: &Rules, email: &EmailAddress) -> Answer {
    decide(instance, rules, &Candidate::stranger(email.clone()))
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
