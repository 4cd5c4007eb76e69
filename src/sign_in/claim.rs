//! The link by which the first owner claims a Gatehouse that strangers can reach (rule 1.4). It is derived from
//! the master key and stored nowhere; it stands in the log of every start until someone has come.

use sea_orm::EntityTrait;

use crate::authority::Services;
use crate::entity::instance;
use crate::error::{Error, Result};
use crate::links::Site;

/// What the token is derived for.
const PURPOSE: &str = "claim";

/// The link, where one is needed: strangers can reach the address, no owner is configured, and no one has come.
pub async fn link(services: &Services) -> Result<Option<String>> {
    if !is_open(services).await? {
        return Ok(None);
    }
    Ok(Some(services.config.base_url.link(&Site.claim(&token(services)?))))
}

/// The token in the link.
pub(super) fn token(services: &Services) -> Result<String> {
    services.config.master_key.token(PURPOSE).map_err(|e| Error::Internal(e.to_string()))
}

/// Whether `token` may claim this Gatehouse now.
pub async fn holds(services: &Services, token: &str) -> Result<bool> {
    Ok(services.config.master_key.is_token(token, PURPOSE) && is_open(services).await?)
}

async fn is_open(services: &Services) -> Result<bool> {
    if services.config.base_url.is_loopback() || services.config.owner_email.is_some() {
        return Ok(false);
    }
    let row = instance::Entity::find().one(services.db.outside_any_organization()).await?;
    let row = row.ok_or_else(|| Error::Unavailable("the instance's row is missing".to_owned()))?;
    Ok(row.claimed_at.is_none())
}
