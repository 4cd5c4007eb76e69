//! Who stands at the gate with what a provider has verified.

use super::first_owner;
use crate::address::EmailAddress;
use crate::authority::{Change, Doorstep, FromOutside, Organization};
use crate::entity::sign_in_flow::Purpose;
use crate::error::Result;
use crate::gate::{Candidate, Standing};
use crate::identity_providers::Claims;
use crate::membership::known::Known;
use crate::membership::methods::is_on;
use crate::membership::standing::{Applicant, Directory};

/// Someone who comes from a provider.
pub struct AtTheGate {
    /// The person whom their account there leads to, if they have been here before.
    pub known: Option<Known>,
    /// As the gate judges them.
    pub candidate: Candidate,
}

impl AtTheGate {
    /// Who comes to `door`, which is the organization's, with `claims`, which name the address `email`.
    pub async fn at(
        door: &Doorstep<'_>,
        organization: &Organization,
        change: &Change<FromOutside>,
        claims: &Claims,
        purpose: Purpose,
        email: EmailAddress,
    ) -> Result<Self> {
        let connection = change.connection();
        let known = held(door, change, claims).await?;
        // Not the moment at which the change began: it may have waited for the person since.
        let directory = Directory { connection, organization, now: door.services.clock.now() };
        let Applicant { standing, account, invited } = directory.applicant(known.as_ref(), &email).await?;
        let is_first = standing == Standing::Stranger
            && claims.email_verified
            && first_owner::claim(change, &door.services.config, purpose, &email).await?;
        let candidate = Candidate {
            account,
            email_verified: claims.email_verified,
            method_is_on: is_on(connection, Some(organization), &claims.provider).await?,
            standing: if is_first { Standing::First } else { standing },
            invited,
            email,
        };
        Ok(Self { known, candidate })
    }
}

/// The person whom the account leads to, held until the sign-in is written; read once more, because they may have
/// let go of the account before.
pub async fn held(
    door: &Doorstep<'_>,
    change: &Change<FromOutside>,
    claims: &Claims,
) -> Result<Option<Known>> {
    let (connection, organization) = (change.connection(), door.organization);
    let Some(known) = Known::by_claims(connection, organization, claims).await? else { return Ok(None) };
    change.hold(&known.user.id).await?;
    Known::by_claims(connection, organization, claims).await
}
