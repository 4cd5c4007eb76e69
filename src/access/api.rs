//! `POST /api/admin/access/simulation`.

use actix_web::web;
use serde::{Deserialize, Serialize};

use super::form::parse_address;
use super::simulation::{Simulation, simulate};
use crate::authority::Admin;
use crate::error::Error;
use crate::gate::Step;
use crate::role::Role;
use crate::web::Reply;
use crate::web::api::json;

/// Whom to ask about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    email: String,
    /// The name of a provider; without it, any that is switched on.
    provider: Option<String>,
    /// Whether the provider has verified the address; it does unless said otherwise.
    verified: Option<bool>,
}

#[derive(Serialize)]
struct Verdict {
    admitted: bool,
    role: Option<Role>,
    steps: Vec<Step>,
}

/// Asks the gate, and changes nothing.
pub async fn simulation(admin: Admin, question: web::Json<Question>) -> Reply {
    let Question { email, provider, verified } = question.into_inner();
    let email = parse_address(&email).map_err(|sentence| Error::invalid("email", sentence))?;
    let simulation = Simulation { email, provider, verified: verified.unwrap_or(true) };
    let answer = simulate(&admin, &simulation).await?;
    json(&Verdict { admitted: answer.admitted.is_some(), role: answer.admitted, steps: answer.steps })
}
