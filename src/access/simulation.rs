//! "Would they get in, and why?": the gate's own answer about an address, without anyone at the door.

use crate::address::EmailAddress;
use crate::authority::Admin;
use crate::error::{Error, Result};
use crate::gate::{Answer, Candidate, Rules, decide};
use crate::membership::methods::is_on;
use crate::membership::standing::Directory;
use crate::tenancy::Tenancy;

/// What is tried.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub email: EmailAddress,
    /// The name of a provider; none stands for any that is switched on.
    pub provider: Option<String>,
    /// Whether the provider has verified the address.
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
        return Err(Error::invalid("provider", "Unknown sign-in method."));
    }
    let (connection, organization) = (services.db.outside_any_organization(), admin.organization());
    let directory = Directory { connection, organization, now: services.clock.now() };
    let (applicant, way) = match services.config.tenancy {
        Tenancy::Single => directory.of_address(&simulation.email, provider).await?,
        Tenancy::Multi => directory.as_known_here(&simulation.email, provider).await?,
    };
    let method_is_on = match way {
        Some(name) => is_on(connection, Some(organization), &name).await?,
        None => true,
    };
    let person = Candidate {
        email: simulation.email.clone(),
        account: applicant.account,
        email_verified: simulation.verified,
        method_is_on,
        standing: applicant.standing,
        invited: applicant.invited,
    };
    let rules = Rules::from(&crate::access::settings(admin).await?);
    Ok(decide(&services.config.instance, &rules, &person))
}
