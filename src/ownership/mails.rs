//! The mails that tell owners what became of their organization.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::authority::{Organization, Services};
use crate::error::Result;
use crate::links::Site;
use crate::mail::Recipient;
use crate::mail::compose::{composed, host, parts};
use crate::shown_name::harmless;
use crate::smtp::message::Composed;

/// The mail that the organization was handed over, by these addresses.
///
/// # Errors
/// When the database can't be asked.
pub async fn transferred(
    services: &Services,
    to: Recipient<'_>,
    by: &str,
    receiver: &str,
) -> Result<Option<Composed>> {
    let Some(id) = to.organization else { return Ok(None) };
    let Some(row) = Organization::by_id(&services.db, id).await? else { return Ok(None) };
    let (organization, host) = (&harmless(&row.name), &host(&services.config.base_url));
    let link = &services.config.base_url.link(&row.links(services.config.tenancy).users());
    let email = to.email.as_str();
    let subject = format!("{organization} on {host} has a new owner");
    let text = TransferredText { organization, by, receiver, link, email, host };
    let html = TransferredHtml { subject: &subject, organization, by, receiver, link, email, host };
    composed(&subject, &text, &html).map(Some)
}

parts!(TransferredText TransferredHtml { organization, by, receiver, link, email, host }
    "mail/transferred.txt" "mail/transferred.html");

/// The mail that `by` has deleted the organization, which can be restored until then; none once it is restored.
///
/// # Errors
/// When the database can't be asked.
pub async fn deleted(
    services: &Services,
    to: Recipient<'_>,
    organization: &str,
    by: &str,
    until: DateTime<Utc>,
) -> Result<Option<Composed>> {
    if Organization::is_active(&services.db, organization).await? {
        return Ok(None);
    }
    let Some(row) = Organization::by_id(&services.db, organization).await? else { return Ok(None) };
    let (organization, host) = (&harmless(&row.name), &host(&services.config.base_url));
    let link = &services.config.base_url.link(&Site.organizations());
    let (email, by, until) =
        (to.email.as_str(), &harmless(by), &until.format("%Y-%m-%d %H:%M UTC").to_string());
    let subject = format!("{organization} on {host} is being deleted");
    let text = DeletedText { organization, by, until, link, email, host };
    let html = DeletedHtml { subject: &subject, organization, by, until, link, email, host };
    composed(&subject, &text, &html).map(Some)
}

parts!(DeletedText DeletedHtml { organization, by, until, link, email, host }
    "mail/organization_deleted.txt" "mail/organization_deleted.html");

/// The mail that `by` has restored the organization; none once it is deleted again.
///
/// # Errors
/// When the database can't be asked.
pub async fn restored(
    services: &Services,
    to: Recipient<'_>,
    organization: &str,
    by: &str,
) -> Result<Option<Composed>> {
    if !Organization::is_active(&services.db, organization).await? {
        return Ok(None);
    }
    let Some(row) = Organization::by_id(&services.db, organization).await? else { return Ok(None) };
    let (organization, host) = (&harmless(&row.name), &host(&services.config.base_url));
    let link = &services.config.base_url.link(&row.links(services.config.tenancy).general());
    let (email, by) = (to.email.as_str(), &harmless(by));
    let subject = format!("{organization} on {host} is restored");
    let text = RestoredText { organization, by, link, email, host };
    let html = RestoredHtml { subject: &subject, organization, by, link, email, host };
    composed(&subject, &text, &html).map(Some)
}

parts!(RestoredText RestoredHtml { organization, by, link, email, host }
    "mail/organization_restored.txt" "mail/organization_restored.html");
