//! The mail that tells someone that their organization requires a second factor.

use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::authority::Services;
use crate::entity::{membership, organization};
use crate::error::Result;
use crate::links::Site;
use crate::mail::Recipient;
use crate::mail::compose::{composed, host, moment, parts};
use crate::membership::coverage::lacking;
use crate::shown_name::harmless;
use crate::smtp::message::Composed;

/// The mail that the recipient needs one from `due` on. Only while that is so: they may have one by now.
///
/// # Errors
/// When the database can't be asked.
pub async fn required(
    services: &Services,
    to: Recipient<'_>,
    due: DateTime<Utc>,
) -> Result<Option<Composed>> {
    let Some(here) = to.organization else { return Ok(None) };
    let connection = services.db.outside_any_organization();
    let Some(row) = organization::Entity::find_by_id(here).one(connection).await? else { return Ok(None) };
    let member = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(here))
        .filter(membership::Column::Email.eq(to.email.as_str()));
    let member = lacking(member, row.trusts_provider_factor).one(connection).await?;
    if member.is_none() || row.second_factor_from.is_none() {
        return Ok(None);
    }
    let (organization, host) = (&harmless(&row.name), &host(&services.config.base_url));
    let (when, what) = if due <= services.clock.now() {
        let what = format!("You have none yet, so {organization} is closed to you until you’ve added one.");
        ("now".to_owned(), what)
    } else {
        let what = format!(
            "You have none yet. From then on, {organization} is closed to you until you’ve added one."
        );
        (format!("from {}", moment(due)), what)
    };
    let (when, what, email) = (&when, &what, to.email.as_str());
    let link = &services.config.base_url.link(&Site.security());
    let subject = format!("{organization} requires a second factor {when}");
    let text = RequiredText { organization, when, what, link, email, host };
    let html = RequiredHtml { subject: &subject, organization, when, what, link, email, host };
    composed(&subject, &text, &html).map(Some)
}

parts!(RequiredText RequiredHtml { organization, when, what, link, email, host }
    "mail/second_factor_required.txt" "mail/second_factor_required.html");
