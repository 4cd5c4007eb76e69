//! The mail that tells of a new role.

use askama::Template;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::address::EmailAddress;
use crate::authority::{Change, Organization, Services};
use crate::entity::{membership, organization};
use crate::error::Result;
use crate::mail::compose::{composed, host, parts};
use crate::mail::{self, MailKind, Recipient};
use crate::role::Role;
use crate::shown_name::harmless;
use crate::smtp::Mailer;
use crate::smtp::message::Composed;

/// Queues the mail by which someone hears of their role, at the address by which the organization knows them; tells
/// whether mail is set up.
pub async fn tell_role<Of>(mail: &Mailer, change: &Change<Of>, email: &str, role: Role) -> Result<bool> {
    let to = EmailAddress::stored(email)?;
    Ok(mail::queue(mail, change, &to, &MailKind::RoleChanged { role }).await?.is_some())
}

/// The mail that the recipient has another role. Only while it is true: the role may have changed again, and that is another mail.
///
/// # Errors
/// When the database can't be asked.
pub async fn role_changed(services: &Services, to: Recipient<'_>, role: Role) -> Result<Option<Composed>> {
    let Some(here) = to.organization else { return Ok(None) };
    let membership = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(here))
        .filter(membership::Column::Email.eq(to.email.as_str()))
        .filter(membership::Column::Role.eq(role))
        .one(services.db.outside_any_organization())
        .await?;
    let row = organization::Entity::find_by_id(here);
    let row = row.one(services.db.outside_any_organization()).await?;
    let (Some(_), Some(row)) = (membership, row) else { return Ok(None) };
    let (organization, host) = (&harmless(&row.name), &host(&services.config.base_url));
    let (role, email) = (role.with_article(), to.email.as_str());
    let link = &services
        .config
        .base_url
        .link(&Organization::from(row.clone()).links(services.config.tenancy).general());
    let subject = format!("You are now {role} of {organization} on {host}");
    let text = RoleChangedText { organization, role, link, email, host };
    let html = RoleChangedHtml { subject: &subject, organization, role, link, email, host };
    composed(&subject, &text, &html).map(Some)
}

parts!(RoleChangedText RoleChangedHtml { organization, role, link, email, host }
    "mail/role_changed.txt" "mail/role_changed.html");
