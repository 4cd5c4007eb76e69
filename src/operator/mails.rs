//! The mail that tells owners of an operator.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::authority::{Organization, Services};
use crate::error::Result;
use crate::mail::Recipient;
use crate::mail::compose::{composed, host, parts};
use crate::shown_name::harmless;
use crate::smtp::message::Composed;

/// The mail that `by` has entered the organization as operator, until then and for this reason.
///
/// # Errors
/// When the database can't be asked.
pub async fn entered(
    services: &Services,
    to: Recipient<'_>,
    organization: &str,
    by: &str,
    reason: &str,
    until: DateTime<Utc>,
) -> Result<Option<Composed>> {
    let Some(row) = Organization::by_id(&services.db, organization).await? else { return Ok(None) };
    let (organization, host) = (&harmless(&row.name), &host(&services.config.base_url));
    let link = &services.config.base_url.link(&row.links(services.config.tenancy).audit());
    let (email, reason) = (to.email.as_str(), &harmless(reason));
    let until = &until.format("%Y-%m-%d %H:%M UTC").to_string();
    let subject = format!("An operator of {host} has entered {organization}");
    let text = OperatorEnteredText { organization, by, reason, until, link, email, host };
    let html = OperatorEnteredHtml { subject: &subject, organization, by, reason, until, link, email, host };
    composed(&subject, &text, &html).map(Some)
}

parts!(OperatorEnteredText OperatorEnteredHtml { organization, by, reason, until, link, email, host }
    "mail/operator_entered.txt" "mail/operator_entered.html");
