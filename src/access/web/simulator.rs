//! The part that tries an address.

use serde::Deserialize;

use crate::access::simulation::{Simulation, simulate};
use crate::address::EmailAddress;
use crate::authority::Admin;
use crate::error::Result;
use crate::gate::Answer;

/// What the simulator's form sends.
#[derive(Default, Deserialize)]
pub struct Try {
    #[serde(default, rename = "try")]
    email: String,
    /// The name of a provider; empty for any.
    #[serde(default)]
    via: String,
    unverified: Option<String>,
}

/// What the template shows.
#[derive(Default)]
pub struct SimulatorPart {
    pub email: String,
    pub error: String,
    pub unverified: bool,
    pub providers: Vec<Choice>,
    pub answered: bool,
    pub admitted: bool,
    pub verdict: String,
    pub steps: Vec<StepRow>,
}

/// A sign-in method to choose.
pub struct Choice {
    pub name: String,
    pub label: String,
    pub selected: bool,
}

/// A rule that was asked.
pub struct StepRow {
    pub rule: &'static str,
    pub detail: String,
    pub outcome: &'static str,
    pub deciding: bool,
}

impl SimulatorPart {
    /// The part with what was asked and what the gate says to it.
    pub async fn of(admin: &Admin, asked: Try) -> Result<Self> {
        let typed = asked.email.trim().to_owned();
        let part = Self {
            unverified: asked.unverified.is_some(),
            providers: choices(admin, &asked.via),
            email: typed.clone(),
            ..Self::default()
        };
        if typed.is_empty() {
            return Ok(part);
        }
        let email = match EmailAddress::parse(&typed) {
            Ok(email) => email,
            Err(error) => return Ok(Self { error: error.to_string(), ..part }),
        };
        let provider = (!asked.via.is_empty()).then_some(asked.via);
        let simulation = Simulation { email, provider, verified: !part.unverified };
        Ok(part.with(simulate(admin, &simulation).await?))
    }

    fn with(self, answer: Answer) -> Self {
        let verdict = match answer.admitted {
            Some(role) => format!("{} can sign in as {}.", self.email, role.with_article()),
            None => format!("{} is refused. {}", self.email, answer.reason()),
        };
        Self { answered: true, admitted: answer.admitted.is_some(), verdict, steps: steps(answer), ..self }
    }
}

impl SimulatorPart {
    /// The icon of the verdict.
    pub fn icon(&self) -> &'static str {
        if self.admitted { "access" } else { "lock" }
    }
}

impl StepRow {
    /// The icon of what the rule says.
    pub fn icon(&self) -> &'static str {
        match self.outcome {
            "admits" => "check",
            "refuses" => "x",
            _ => "down",
        }
    }

    /// What the rule says, in words.
    pub fn answer(&self) -> &'static str {
        match self.outcome {
            "admits" => "Allowed",
            "refuses" => "Refused",
            _ => "No match",
        }
    }
}

fn steps(answer: Answer) -> Vec<StepRow> {
    let last = answer.steps.len().saturating_sub(1);
    let row = |(n, step): (usize, crate::gate::Step)| StepRow {
        rule: step.rule.label(),
        detail: step.detail.into_owned(),
        outcome: step.outcome.name(),
        deciding: n == last,
    };
    answer.steps.into_iter().enumerate().map(row).collect()
}

fn choices(admin: &Admin, chosen: &str) -> Vec<Choice> {
    let choice = |provider: &crate::identity_providers::IdentityProvider| Choice {
        name: provider.name.clone(),
        label: provider.label.clone(),
        selected: provider.name == chosen,
    };
    admin.services().providers.iter().map(choice).collect()
}
