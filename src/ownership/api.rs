//! `/api/organizations/{organization}`: handing over, deleting, restoring; its addresses.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::web::FormerSlugPath;
use crate::authority::{InPerson, Owner, SignedIn};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::ownership::{deletion, slug, transfer};
use crate::slug::Slug;
use crate::web::api::{Body, Done, List, Shown, Timestamp, json, rfc3339};

/// `{user}`.
#[derive(Deserialize)]
pub struct ReceiverPath {
    user: Id,
}

/// `{organization}`.
#[derive(Deserialize)]
pub struct OrganizationPath {
    pub organization: Id,
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

/// The address of an organization, as it stands in those of its pages.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "slug": "example-2" })))]
pub struct OrganizationSlug {
    #[schema(max_length = 39, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    slug: String,
}

/// `PUT /api/organizations/{organization}/slug`: another address. Takes a fresh sign-in.
pub async fn change_slug(owner: Owner, wish: Body<OrganizationSlug>) -> Result<Shown<OrganizationSlug>> {
    let slug = Slug::parse(&wish.slug).map_err(|sentence| Error::invalid("slug", sentence))?;
    slug::change(&owner, &slug).await?;
    json(OrganizationSlug { slug: slug.to_string() })
}

/// An address that the organization had, and which leads its members on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FormerSlug {
    slug: String,
    retired_at: Option<Timestamp>,
}

/// `GET /api/organizations/{organization}/former-slugs`: the latest first.
pub async fn former_slugs(owner: Owner) -> Result<Shown<List<FormerSlug>>> {
    let former = slug::former(&owner).await?.into_iter();
    let shown =
        former.map(|row| FormerSlug { retired_at: row.retired_at.map(|at| rfc3339(*at)), slug: row.slug });
    json(List::whole(shown.collect()))
}

/// `DELETE /api/organizations/{organization}/former-slugs/{slug}`: it leads nowhere from then on.
pub async fn give_up_slug(owner: Owner, path: web::Path<FormerSlugPath>) -> Result<Done> {
    slug::give_up(&owner, &path.slug).await?;
    Ok(Done)
}
