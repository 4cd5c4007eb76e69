//! Deleting and restoring from the shell: what no owner can, or no one is left to do.

use serde_json::json;

use super::deletion::{KEPT, begin, bring_back};
use crate::authority::{Change, Event, FromOutside, Shell};
use crate::entity::Timestamp;
use crate::error::Result;
use crate::mail::{self, MailKind};
use crate::membership::owners::addresses;
use crate::smtp::Mailer;

/// How owners read of the shell.
const BY: &str = "The server’s admin";

/// Begins to delete the organization; from when on it is purged. None when it is being deleted already.
///
/// # Errors
/// When the database can't do it.
pub async fn delete(shell: &Shell, mail: &Mailer) -> Result<Option<Timestamp>> {
    let change = shell.change().await?;
    let (organization, purge_at) = (shell.organization()?, Timestamp::from(*change.at() + KEPT));
    if !begin(&change, &organization.id, purge_at).await? {
        return Ok(None);
    }
    let letter = MailKind::OrganizationDeleted {
        organization: organization.id.clone(),
        by: BY.to_owned(),
        until: purge_at.timestamp_millis(),
    };
    tell(&change, mail, &organization.id, &letter).await?;
    let event = Event::done("organization.deleted", organization.name.as_str());
    let what = json!({ "slug": organization.slug, "purgedFrom": *purge_at });
    change.commit(event.resulting_in(what)).await?;
    Ok(Some(purge_at))
}

/// Restores the organization; false when it is not being deleted, or its purge has begun.
///
/// # Errors
/// When the database can't do it.
pub async fn restore(shell: &Shell, mail: &Mailer) -> Result<bool> {
    let change = shell.change().await?;
    let organization = shell.organization()?;
    if !bring_back(change.connection(), &organization.id).await? {
        return Ok(false);
    }
    let letter = MailKind::OrganizationRestored { organization: organization.id.clone(), by: BY.to_owned() };
    tell(&change, mail, &organization.id, &letter).await?;
    change.commit(Event::done("organization.restored", organization.name.as_str())).await?;
    Ok(true)
}

async fn tell(
    change: &Change<FromOutside>,
    mail: &Mailer,
    organization: &str,
    letter: &MailKind,
) -> Result<()> {
    for email in addresses(change.connection(), organization).await? {
        mail::queue_for_installation(mail, change, &email, letter).await?;
    }
    Ok(())
}
