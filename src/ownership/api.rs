//! `/api/organizations/{organization}`: handing over, deleting, restoring.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::authority::{InPerson, Owner, SignedIn};
use crate::id::Id;
use crate::ownership::{deletion, transfer};
use crate::web::Reply;
use crate::web::api::json;

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

#[derive(Serialize)]
struct Restored {
    id: String,
    slug: String,
    name: String,
}

/// `POST …/transfer/{user}`.
pub async fn hand_over(owner: Owner, path: web::Path<ReceiverPath>) -> Reply {
    transfer::transfer(&owner, &path.user).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE …`: begins the deletion. Programs name the organization by its id, and type nothing.
pub async fn delete(owner: Owner) -> Reply {
    let slug = owner.organization().slug.clone();
    deletion::delete(&owner, &slug).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST …/restore`: by no token, which is of one organization and ends with it.
pub async fn restore(person: InPerson<SignedIn>, path: web::Path<OrganizationPath>) -> Reply {
    let deletion::Deleting { id, slug, name, .. } = deletion::restore(&person, &path.organization).await?;
    json(&Restored { id, slug, name })
}
