//! What happens to a person whom a provider has verified: known or new, first or late, in or out; decided and
//! written in one transaction.

use super::ending::Admission;
use super::enter::Newcomer;
use super::flow::Goal;
use super::installation;
use super::refusal::refuse;
use super::who::AtTheGate;
use crate::authority::{Doorstep, Organization};
use crate::error::{Error, Result};
use crate::gate::{self, Answer};
use crate::identity_providers::Claims;
use crate::membership::rules::rules_of;

/// Decides and writes. Two sign-ins of the same new person at once meet at a unique index: the second then
/// finds what the first has written.
pub async fn admit(door: &Doorstep<'_>, claims: &Claims, goal: &Goal) -> Result<Admission> {
    match attempt(door, claims, goal).await {
        Err(Error::Database(error)) if error.sql_err().is_some() => attempt(door, claims, goal).await,
        other => other,
    }
}

async fn attempt(door: &Doorstep<'_>, claims: &Claims, goal: &Goal) -> Result<Admission> {
    match door.organization {
        Some(organization) => admit_to(door, organization, claims, goal).await,
        None => installation::admit(door, claims, goal).await,
    }
}

/// Where there is one organization, who signs in is a member of it.
async fn admit_to(
    door: &Doorstep<'_>,
    organization: &Organization,
    claims: &Claims,
    goal: &Goal,
) -> Result<Admission> {
    let change = door.change().await?;
    let rules = rules_of(change.connection(), &organization.id).await?;
    let Some(email) = claims.address() else {
        return refuse(change, claims, &Answer::no_address()).await.map(Admission::Out);
    };
    let at_the_gate = AtTheGate::at(door, organization, &change, claims, goal.purpose, email).await?;
    let answer = gate::decide(&door.services.config.instance, &rules, &at_the_gate.candidate);
    if let Some(newcomer) = Newcomer::of(organization, claims, &at_the_gate, &answer) {
        return newcomer.enter(change).await.map(Admission::In);
    }
    drop(change);
    // A claim of the instance must not survive a refusal: what was written so far is undone first.
    refuse(door.change().await?, claims, &answer).await.map(Admission::Out)
}
