//! `POST /api/admin/access/simulation`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::form::parse_address;
use super::simulation::{Simulation, simulate};
use crate::authority::Admin;
use crate::error::{Error, Result};
use crate::gate::Step;
use crate::role::Role;
use crate::web::api::{Body, Shown, json};

/// Whom to ask about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "email": "ben@example.com", "provider": "idp" })))]
pub struct AccessQuestion {
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// The name of a provider; without it, any that is switched on.
    provider: Option<String>,
    /// Whether the provider has verified the address; it does unless said otherwise.
    verified: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub struct AccessVerdict {
    admitted: bool,
    role: Option<Role>,
    steps: Vec<Step>,
}

/// Asks the gate, and changes nothing.
pub async fn simulation(admin: Admin, question: Body<AccessQuestion>) -> Result<Shown<AccessVerdict>> {
    let AccessQuestion { email, provider, verified } = question.into_inner();
    let email = parse_address(&email).map_err(|sentence| Error::invalid("email", sentence))?;
    let simulation = Simulation { email, provider, verified: verified.unwrap_or(true) };
    let answer = simulate(&admin, &simulation).await?;
    json(AccessVerdict { admitted: answer.admitted.is_some(), role: answer.admitted, steps: answer.steps })
}
