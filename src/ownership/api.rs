//! `/api/organizations/{organization}`: handing over, deleting, restoring.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authority::{InPerson, Owner, SignedIn};
use crate::error::Result;
use crate::id::Id;
use crate::ownership::{deletion, transfer};
use crate::web::api::{Done, Shown, json};

/// `{user}`.
#[derive(Deserialize)]
pub struct ReceiverPath {
    user: Id,
}

/// `{organization}`.
#[derive(Deserialize)]
pub struct OrganizationPath {
    organization: Id,
}

#[derive(Serialize, ToSchema)]
pub struct RestoredOrganization {
    id: String,
    slug: String,
    name: String,
}

/// `POST …/transfer/{user}`.
pub async fn hand_over(owner: Owner, path: web::Path<ReceiverPath>) -> Result<Done> {
    transfer::transfer(&owner, &path.user).await?;
    Ok(Done)
}

/// `DELETE …`: begins the deletion. Programs name the organization by its id, and type nothing.
pub async fn delete(owner: Owner) -> Result<Done> {
    let slug = owner.organization().slug.clone();
    deletion::delete(&owner, &slug).await?;
    Ok(Done)
}

/// `POST …/restore`: by no token, which is of one organization and ends with it.
pub async fn restore(
    person: InPerson<SignedIn>,
    path: web::Path<OrganizationPath>,
) -> Result<Shown<RestoredOrganization>> {
    let deletion::Deleting { id, slug, name, .. } = deletion::restore(&person, &path.organization).await?;
    json(RestoredOrganization { id, slug, name })
}
