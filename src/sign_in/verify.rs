//! The first step of the way back from a provider: whether this browser has set out, and what the provider vouches for.

use serde_json::json;

use super::flow::{self, Browser, Flow, Goal};
use super::form::CallbackQuery;
use crate::authority::{Doorstep, Event};
use crate::entity::sign_in_flow::Purpose;
use crate::error::Result;
use crate::identity_providers::{Claims, Failure, IdentityProvider};

/// The way back leads to a browser that has not set out.
pub const NOT_STARTED_HERE: &str = "not_started_here";

/// A browser that a provider has sent back.
pub struct Callback<'a> {
    pub query: CallbackQuery,
    /// By its mark, if it has one.
    pub browser: Option<Browser>,
    /// The id of the person who is signed in there.
    pub person: Option<&'a str>,
}

/// What it comes back with.
pub enum Verification {
    /// The provider vouches for somebody.
    Good(Goal, Claims),
    /// It was not started in this browser, was used already or took too long.
    NotStartedHere,
    /// The provider did not sign the person in.
    Cancelled(Goal),
    /// The provider could not be asked, or what it said does not hold.
    Failed(Goal, Failure),
}

/// Takes the flow, once, and redeems the code; records what leads nowhere.
pub async fn verify(
    door: &Doorstep<'_>,
    provider: &IdentityProvider,
    callback: Callback<'_>,
) -> Result<Verification> {
    let Callback { query, browser, person } = callback;
    let Some(flow) = resume(door, provider, browser, query.state).await? else {
        return not_started_here(door, provider).await;
    };
    let (None, Some(code)) = (query.error, query.code) else { return Ok(Verification::Cancelled(flow.goal)) };
    let Flow { nonce, pkce_verifier, goal } = flow;
    let claims = if provider.is_issuer(query.iss.as_deref()) {
        provider.exchange(code, nonce, pkce_verifier).await
    } else {
        Err(Failure::Rejected("the answer names another issuer".to_owned()))
    };
    match claims {
        Ok(_) if !is_their_own(&goal, person) => not_started_here(door, provider).await,
        Ok(claims) => Ok(Verification::Good(goal, claims)),
        Err(failure) => {
            note(door, provider, failure.code()).await?;
            Ok(Verification::Failed(goal, failure))
        }
    }
}

async fn resume(
    door: &Doorstep<'_>,
    provider: &IdentityProvider,
    browser: Option<Browser>,
    state: Option<String>,
) -> Result<Option<Flow>> {
    match (browser, state) {
        (Some(browser), Some(state)) => flow::take(door.services, &browser, &provider.name, &state).await,
        _ => Ok(None),
    }
}

/// Only the person who set out comes back to connect: whoever is signed in there by now.
fn is_their_own(goal: &Goal, person: Option<&str>) -> bool {
    goal.purpose != Purpose::Connect || person.is_some() && person == goal.person.as_deref()
}

async fn not_started_here(door: &Doorstep<'_>, provider: &IdentityProvider) -> Result<Verification> {
    note(door, provider, NOT_STARTED_HERE).await?;
    Ok(Verification::NotStartedHere)
}

/// Records a sign-in that did not get as far as the gate.
async fn note(door: &Doorstep<'_>, provider: &IdentityProvider, code: &'static str) -> Result<()> {
    let event = Event::refused("sign_in.failed", provider.label.as_str());
    door.change().await?.commit(event.resulting_in(json!({ "reason": code }))).await
}
