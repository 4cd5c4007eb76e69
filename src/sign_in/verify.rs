//! The first step of the way back from a provider: whether this browser has set out, and what the provider has verified.

use std::net::IpAddr;

use serde_json::json;

use super::flow::{self, Begun, Browser, Flow, FlowId, Goal};
use super::form::CallbackQuery;
use crate::authority::{Doorstep, Event};
use crate::entity::sign_in_flow::Purpose;
use crate::error::Result;
use crate::identity_providers::{AuthorizationResponse, Claims, Failure, IdentityProvider, denial};
use crate::return_to::ReturnTo;

/// The way back leads to a browser that has not set out.
pub const NOT_STARTED_HERE: &str = "not_started_here";

/// A browser that a provider has sent back.
pub struct Callback<'a> {
    pub query: CallbackQuery,
    /// By its mark, if it has one.
    pub browser: Option<Browser>,
    /// The id of the person who is signed in there.
    pub person: Option<&'a str>,
    /// Where it comes from.
    pub client: IpAddr,
}

/// What it comes back with.
pub enum Verification {
    /// The provider has verified someone.
    Good(FlowId, Goal, Claims),
    /// It was not started in this browser, was used already or took too long.
    NotStartedHere,
    /// It has ended well, and someone is signed in there: they went back. Where it led.
    Finished(ReturnTo),
    /// The provider did not sign the person in. What it said, as a log may repeat it.
    Cancelled(Goal, String),
    /// The provider could not be asked, or what it said does not hold.
    Failed(Goal, Failure),
}

/// Takes the flow, once, and redeems the code; records what leads nowhere.
pub async fn verify(
    door: &Doorstep<'_>,
    provider: &IdentityProvider,
    callback: Callback<'_>,
) -> Result<Verification> {
    let Callback { query, browser, person, client } = callback;
    let flow = match resume(door, provider, browser, query.state).await? {
        Begun::Flow(flow) => flow,
        Begun::Finished(return_to) if person.is_some() => return Ok(Verification::Finished(return_to)),
        Begun::Finished(_) | Begun::Nothing => return not_started_here(door, provider, client).await,
    };
    let (None, Some(code)) = (&query.error, query.code) else {
        let said = denial(query.error.as_deref().unwrap_or("no code"), query.error_description.as_deref());
        return Ok(Verification::Cancelled(flow.goal, said));
    };
    let Flow { id, nonce, pkce_verifier, goal } = flow;
    let claims =
        provider.exchange(AuthorizationResponse { code, iss: query.iss, nonce, pkce_verifier }).await;
    match claims {
        Ok(_) if !is_their_own(&goal, person) => not_started_here(door, provider, client).await,
        Ok(claims) => Ok(Verification::Good(id, goal, claims)),
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
) -> Result<Begun> {
    match (browser, state) {
        (Some(browser), Some(state)) => flow::take(door.services, &browser, &provider.name, &state).await,
        _ => Ok(Begun::Nothing),
    }
}

/// Only the person who set out comes back to connect: the person who is signed in there by now.
fn is_their_own(goal: &Goal, person: Option<&str>) -> bool {
    goal.purpose != Purpose::Connect || person.is_some() && person == goal.person.as_deref()
}

/// What was begun was counted then.
async fn not_started_here(
    door: &Doorstep<'_>,
    provider: &IdentityProvider,
    client: IpAddr,
) -> Result<Verification> {
    door.services.limits.count_sign_in(client)?;
    note(door, provider, NOT_STARTED_HERE).await?;
    Ok(Verification::NotStartedHere)
}

/// Records a sign-in that did not get as far as the gate.
async fn note(door: &Doorstep<'_>, provider: &IdentityProvider, code: &'static str) -> Result<()> {
    let event = Event::refused("sign_in.failed", provider.label.as_str());
    door.change().await?.commit(event.resulting_in(json!({ "reason": code }))).await
}
