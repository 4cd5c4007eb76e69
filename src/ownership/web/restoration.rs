//! `POST /orgs/{org}/restoration`: brings an organization back, from the chooser.

use actix_web::web;
use serde::Deserialize;

use crate::authority::SignedIn;
use crate::id::Id;
use crate::links::Links;
use crate::ownership::deletion;
use crate::web::{Notice, Reply, see_other};

/// `{org}`.
#[derive(Deserialize)]
pub struct DoorPath {
    org: Id,
}

/// The handler.
pub async fn restore(person: SignedIn, path: web::Path<DoorPath>) -> Reply {
    let restored = deletion::restore(&person, &path.org).await?;
    let links = Links::of(person.services.config.tenancy, &restored.slug, &restored.id);
    Ok(see_other(&links.general(), Notice::OrganizationRestored.about(&restored.name)))
}
