//! Which sign-in methods are there: configured, and not switched off by the organization. Where there are many
//! organizations, signing in is to the installation (none of them), and each judges the method when it is opened.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::authority::{Organization, Services};
use crate::entity::switched_off_provider::{Column, Entity};
use crate::error::{Error, Result};
use crate::identity_providers::IdentityProvider;

/// The methods that are switched on, in the order of the configuration.
pub async fn methods_on<'a>(
    services: &'a Services,
    organization: Option<&Organization>,
) -> Result<Vec<&'a IdentityProvider>> {
    let Some(organization) = organization else { return Ok(services.providers.iter().collect()) };
    let off = Entity::find().filter(Column::OrganizationId.eq(&organization.id));
    let off = off.all(services.db.outside_any_organization()).await?;
    let off: HashSet<String> = off.into_iter().map(|row| row.provider).collect();
    Ok(services.providers.iter().filter(|provider| !off.contains(&provider.name)).collect())
}

/// The method of this name.
///
/// # Errors
/// 404 when it is not configured or switched off.
pub async fn method_on<'a>(
    services: &'a Services,
    organization: Option<&Organization>,
    name: &str,
) -> Result<&'a IdentityProvider> {
    let provider = services.providers.get(name).ok_or(Error::NotFound)?;
    let is_on = is_on(services.db.outside_any_organization(), organization, name).await?;
    if is_on { Ok(provider) } else { Err(Error::NotFound) }
}

/// Whether the organization has left a sign-in method switched on.
pub async fn is_on(
    connection: &impl ConnectionTrait,
    organization: Option<&Organization>,
    provider: &str,
) -> Result<bool> {
    let Some(organization) = organization else { return Ok(true) };
    let key = (organization.id.clone(), provider.to_owned());
    Ok(Entity::find_by_id(key).one(connection).await?.is_none())
}
