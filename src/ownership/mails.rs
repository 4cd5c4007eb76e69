//! The mail that tells of another owner.

use askama::Template;

use crate::authority::{Organization, Services};
use crate::error::Result;
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
    let subject = format!("{organization} on {host} has another owner");
    let text = TransferredText { organization, by, receiver, link, email, host };
    let html = TransferredHtml { subject: &subject, organization, by, receiver, link, email, host };
    composed(&subject, &text, &html).map(Some)
}

parts!(TransferredText TransferredHtml { organization, by, receiver, link, email, host }
    "mail/transferred.txt" "mail/transferred.html");
