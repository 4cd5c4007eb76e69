//! `PUT /api/organizations/{organization}/membership`.

use actix_web::web;

use crate::authority::{InPerson, Organization, SignedIn};
use crate::error::Result;
use crate::ownership::api::OrganizationPath;
use crate::web::api::Done;

/// Joins an organization whose rules admit the person, or comes back to it.
pub async fn join(person: InPerson<SignedIn>, path: web::Path<OrganizationPath>) -> Result<Done> {
    let organization = Organization::by_id(&person.services.db, &path.organization).await?;
    // One that is not there costs the same look as one whose rules admit no one (rule P2).
    let slug = organization.map(|organization| organization.slug).unwrap_or_default();
    super::join(&person, &slug, &path.organization).await?;
    Ok(Done)
}
