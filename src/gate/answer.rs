//! The gate's answer, step by step.

use std::borrow::Cow;

use super::rule::Rule;
use super::step::{Step, StepOutcome};
use crate::role::Role;

/// What there is to say when everything is off.
const ONLY_INVITED: &str = "Only invited people can join.";

/// The gate's answer: the steps up to the one that decided, which is the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The role with which the person comes in; none is a refusal.
    pub admitted: Option<Role>,
    pub steps: Vec<Step>,
}

impl Answer {
    /// For someone whose provider names no address that could be asked about.
    pub fn no_address() -> Self {
        let detail = Cow::from("The provider gave no usable address.");
        Self {
            admitted: None,
            steps: vec![Step { rule: Rule::Address, outcome: StepOutcome::Refuses, detail }],
        }
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
        let on = self.steps.iter().filter(|step| step.could_have_admitted());
        let said: Vec<&str> = on.map(|step| step.detail.as_ref()).collect();
        if said.is_empty() { ONLY_INVITED.to_owned() } else { said.join(" ") }
    }
}
