//! "Would they get in, and why?": the gate's own answer about an address, without anybody at the door.

use super::{Answer, Person, Rules, decide};
use crate::access::Admin;
use crate::address::EmailAddress;
use crate::error::{Error, Result};
use crate::sign_in::standing;

/// What is tried.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub email: EmailAddress,
    /// The name of a provider; none stands for any that is switched on.
    pub provider: Option<String>,
    /// Whether the provider vouches for the address.
    pub verified: bool,
}

/// Asks the gate as a sign-in would, and changes nothing.
///
/// # Errors
/// When there is no such provider.
pub async fn simulate(admin: &Admin, simulation: &Simulation) -> Result<Answer> {
    let services = admin.services();
    let provider = simulation.provider.as_deref();
    if provider.is_some_and(|name| services.providers.get(name).is_none()) {
        return Err(Error::invalid("provider", "There is no such sign-in method."));
    }
    let connection = services.db.outside_any_organization();
    let (comer, way) = standing::of_address(services, connection, &simulation.email, provider).await?;
    let method_is_on = match way {
        Some(name) => standing::is_on(connection, &name).await?,
        None => true,
    };
    let person = Person {
        email: simulation.email.clone(),
        account: comer.account,
        email_verified: simulation.verified,
        method_is_on,
        standing: comer.standing,
        invited: comer.invited,
    };
    let rules = Rules::from(&super::settings(admin).await?);
    Ok(decide(&services.config.instance, &rules, &person))
}
