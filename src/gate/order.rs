//! The rules in their order (rule 2.1).

use super::answer::Answer;
use super::by_list::{allow_list, allowed_address, allowed_domain, block_list, open_sign_up, otherwise};
use super::by_person::{
    deactivated, first_owner, known_elsewhere, member, open_invite, sign_in_method, verified_address,
};
use super::candidate::Candidate;
use super::instance_lists::InstanceLists;
use super::prepared::Gate;
use super::rule::Rule;
use super::rules::Rules;
use super::says::Says;
use super::step::{Step, StepOutcome};

type Ask = fn(&Gate, &Candidate) -> Says;

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

impl Gate<'_> {
    /// Asks the rules about `person` until one decides.
    pub fn decide(&self, person: &Candidate) -> Answer {
        let mut steps = Vec::with_capacity(ORDER.len());
        for (rule, ask) in ORDER {
            let (outcome, detail, admitted) = match ask(self, person) {
                Says::Admits(role, detail) => (StepOutcome::Admits, detail, Some(role)),
                Says::Refuses(detail) => (StepOutcome::Refuses, detail, None),
                Says::Passes(detail) => (StepOutcome::Passes, detail, None),
            };
            steps.push(Step { rule, outcome, detail });
            if outcome != StepOutcome::Passes {
                return Answer { admitted, steps };
            }
        }
        Answer { admitted: None, steps }
    }
}

/// Decides whether `person` may come in (rule 2.1). Pure: the same answer wherever it is asked.
pub fn decide(instance: &InstanceLists, rules: &Rules, person: &Candidate) -> Answer {
    Gate::new(instance, rules).decide(person)
}
