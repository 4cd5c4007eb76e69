//! Deleting and restoring from the shell: what no owner can, or nobody is left to do.

use serde_json::json;

use super::deletion::{KEPT, begin, bring_back};
use crate::authority::{Event, Shell};
use crate::entity::Timestamp;
use crate::error::Result;

/// Begins to delete the organization; from when on it is purged. None when it is being deleted already.
///
/// # Errors
/// When the database can't do it.
pub async fn delete(shell: &Shell) -> Result<Option<Timestamp>> {
    let change = shell.change().await?;
    let (organization, purge_at) = (shell.organization(), Timestamp::from(*change.at() + KEPT));
    if !begin(&change, &organization.id, purge_at).await? {
        return Ok(None);
    }
    let event = Event::done("organization.deleted", organization.name.as_str());
    let what = json!({ "slug": organization.slug, "purgedFrom": *purge_at });
    change.commit(event.resulting_in(what)).await?;
    Ok(Some(purge_at))
}

/// Restores the organization; false when it is not being deleted, or its purge has begun.
///
/// # Errors
/// When the database can't do it.
pub async fn restore(shell: &Shell) -> Result<bool> {
    let change = shell.change().await?;
    let organization = shell.organization();
    if !bring_back(change.connection(), &organization.id).await? {
        return Ok(false);
    }
    change.commit(Event::done("organization.restored", organization.name.as_str())).await?;
    Ok(true)
}
