//! One rule asked.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::rule::Rule;

pub(super) const DOMAINS_OFF: &str = "Domains are switched off.";
pub(super) const ADDRESSES_OFF: &str = "Listed addresses are switched off.";
pub(super) const SIGN_UP_OFF: &str = "Open sign-up is switched off.";

/// What a rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    Admits,
    Refuses,
    /// The rule has nothing to say about this person; the next is asked.
    Passes,
}

impl StepOutcome {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admits => "admits",
            Self::Refuses => "refuses",
            Self::Passes => "passes",
        }
    }
}

impl Serialize for StepOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One rule asked, and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AccessStep)]
pub struct Step {
    /// Its name.
    #[schema(value_type = String)]
    pub rule: Rule,
    /// `admits`, `refuses` or `passes`.
    #[schema(value_type = String)]
    pub outcome: StepOutcome,
    /// What it looked at, in a sentence.
    #[schema(value_type = String)]
    pub detail: Cow<'static, str>,
}

impl Step {
    /// Whether it is of a rule that lets strangers in and is switched on.
    pub(super) fn could_have_admitted(&self) -> bool {
        let rules = [Rule::AllowedDomain, Rule::AllowedAddress, Rule::OpenSignUp];
        let is_off = [DOMAINS_OFF, ADDRESSES_OFF, SIGN_UP_OFF].contains(&self.detail.as_ref());
        rules.contains(&self.rule) && !is_off
    }
}
