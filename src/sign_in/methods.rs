//! Which sign-in methods are there for people: configured, and not switched off.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Provider, standing};
use crate::access::SINGLE_ORGANIZATION;
use crate::app::Services;
use crate::entity::switched_off_provider;
use crate::error::{Error, Result};

/// The methods that are switched on, in the order of the configuration.
pub async fn methods_on(services: &Services) -> Result<Vec<&Provider>> {
    let off: HashSet<String> = switched_off_provider::Entity::find()
        .filter(switched_off_provider::Column::OrganizationId.eq(SINGLE_ORGANIZATION))
        .all(services.db.outside_any_organization())
        .await?
        .into_iter()
        .map(|row| row.provider)
        .collect();
    Ok(services.providers.iter().filter(|provider| !off.contains(&provider.name)).collect())
}

/// The method of this name.
///
/// # Errors
/// 404 when it is not configured or switched off.
pub async fn method_on<'a>(services: &'a Services, name: &str) -> Result<&'a Provider> {
    let provider = services.providers.get(name).ok_or(Error::NotFound)?;
    let is_on = standing::is_on(services.db.outside_any_organization(), name).await?;
    if is_on { Ok(provider) } else { Err(Error::NotFound) }
}
