//! The mails of invites, composed when they go out: the link is in no row.

use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;

use super::token;
use crate::address::EmailAddress;
use crate::authority::{Organization, Services};
use crate::config::BaseUrl;
use crate::entity::{invite, organization};
use crate::error::Result;
use crate::mail::compose::{composed, host, moment, parts};
use crate::membership::invited::Status;
use crate::role::Role;
use crate::shown_name::harmless;
use crate::smtp::message::Composed;

/// The mail of an invite, unless it is accepted, revoked, over, or has a newer link.
pub async fn invitation(services: &Services, id: &str, generation: i64) -> Result<Option<Composed>> {
    let Some((invite, organization, email)) = read(services, id).await? else { return Ok(None) };
    let organization = organization.name;
    let is_pending = Status::of(&invite, services.clock.now()) == Status::Pending;
    if !is_pending || invite.generation != generation {
        return Ok(None);
    }
    let link = services.config.base_url.link(&token::path(services, id, generation)?);
    let invitation = Invitation {
        organization: &organization,
        inviter: &invite.invited_by_name,
        role: invite.role,
        link: &link,
        until: *invite.expires_at,
        email: &email,
    };
    invitation.compose(&services.config.base_url).map(Some)
}

/// The mail to the inviter that someone asks for another link, unless that has been seen to.
pub async fn asked_for(services: &Services, id: &str, to: &EmailAddress) -> Result<Option<Composed>> {
    let Some((invite, organization, email)) = read(services, id).await? else { return Ok(None) };
    if invite.asked_at.is_none() || Status::of(&invite, services.clock.now()) != Status::Expired {
        return Ok(None);
    }
    let links = Organization::from(organization.clone()).links(services.config.tenancy);
    let link = services.config.base_url.link(&links.invites().query("status", "expired"));
    let organization = organization.name;
    let wanted = NewLinkWanted { organization: &organization, invited: &email, link: &link, email: to };
    wanted.compose(&services.config.base_url).map(Some)
}

async fn read(
    services: &Services,
    id: &str,
) -> Result<Option<(invite::Model, organization::Model, EmailAddress)>> {
    let connection = services.db.outside_any_organization();
    let Some(invite) = invite::Entity::find_by_id(id).one(connection).await? else { return Ok(None) };
    let row = organization::Entity::find_by_id(&invite.organization_id).one(connection).await?;
    let (Some(organization), Ok(email)) = (row, EmailAddress::parse(&invite.email)) else { return Ok(None) };
    Ok(Some((invite, organization, email)))
}

/// What the mail of an invite tells. Names as people typed them: they are made harmless here.
pub struct Invitation<'a> {
    pub organization: &'a str,
    pub inviter: &'a str,
    pub role: Role,
    /// The whole link, from the configured base URL.
    pub link: &'a str,
    pub until: DateTime<Utc>,
    /// The address that is invited.
    pub email: &'a EmailAddress,
}

impl Invitation<'_> {
    /// Writes the mail.
    ///
    /// # Errors
    /// When a template fails, which is a fault of ours.
    pub fn compose(&self, base_url: &BaseUrl) -> Result<Composed> {
        let (organization, inviter) = (&harmless(self.organization), &harmless(self.inviter));
        let (host, until) = (&host(base_url), &moment(self.until));
        let subject = format!("{inviter} invited you to {organization} on {host}");
        let (role, email) = (self.role.with_article(), self.email.as_str());
        let link = self.link;
        let text = InviteText { organization, inviter, role, link, until, email, host };
        let html = InviteHtml { subject: &subject, organization, inviter, role, link, until, email, host };
        composed(&subject, &text, &html)
    }
}

/// What the mail about a wish for another link tells.
pub struct NewLinkWanted<'a> {
    pub organization: &'a str,
    /// The address that was invited, which the recipient has typed.
    pub invited: &'a EmailAddress,
    /// The page where the recipient sends another, from the configured base URL.
    pub link: &'a str,
    /// The recipient, who has invited.
    pub email: &'a EmailAddress,
}

impl NewLinkWanted<'_> {
    /// Writes the mail.
    ///
    /// # Errors
    /// When a template fails, which is a fault of ours.
    pub fn compose(&self, base_url: &BaseUrl) -> Result<Composed> {
        let (organization, invited) = (&harmless(self.organization), self.invited.as_str());
        let (host, email, link) = (&host(base_url), self.email.as_str(), self.link);
        let subject = format!("{invited} asks for a new link to {organization} on {host}");
        let text = InviteAskedForText { organization, invited, link, email, host };
        let html = InviteAskedForHtml { subject: &subject, organization, invited, link, email, host };
        composed(&subject, &text, &html)
    }
}

parts!(InviteText InviteHtml { organization, inviter, role, link, until, email, host }
    "mail/invite.txt" "mail/invite.html");
parts!(InviteAskedForText InviteAskedForHtml { organization, invited, link, email, host }
    "mail/invite_asked_for.txt" "mail/invite_asked_for.html");

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::mail::test_mail;

    /// What a mail may weigh (V45).
    const MOST_BYTES: usize = 15 * 1024;

    fn base_url() -> BaseUrl {
        BaseUrl::parse("https://gate.acme.test").expect("a base URL")
    }

    fn email(text: &str) -> EmailAddress {
        EmailAddress::parse(text).expect("an address")
    }

    fn invitation(organization: &str, inviter: &str) -> Composed {
        let link = format!("https://gate.acme.test/invites/{}", "x".repeat(43));
        let invitation = Invitation {
            organization,
            inviter,
            role: Role::Admin,
            link: &link,
            until: Utc.with_ymd_and_hms(2026, 11, 28, 14, 5, 0).single().expect("a moment"),
            email: &email("sam@acme.test"),
        };
        invitation.compose(&base_url()).expect("a mail")
    }

    fn every_mail() -> Vec<Composed> {
        let wanted = NewLinkWanted {
            organization: "Acme",
            invited: &email("sam@acme.test"),
            link: "https://gate.acme.test/settings/admin/invites",
            email: &email("ana@acme.test"),
        };
        vec![
            invitation("Acme", "Ana"),
            wanted.compose(&base_url()).expect("a mail"),
            test_mail::compose(&base_url(), &email("sam@acme.test")).expect("a mail"),
        ]
    }

    #[test]
    fn an_invite_says_who_what_as_what_until_when_and_where() {
        let mail = invitation("Acme", "Ana");
        assert_eq!(mail.subject, "Ana invited you to Acme on gate.acme.test");
        let link = format!("https://gate.acme.test/invites/{}", "x".repeat(43));
        for part in [&mail.text, &mail.html] {
            for words in ["Ana", "Acme", "an admin", "Sat 28 Nov 2026, 14:05 UTC", "sam@acme.test", &link] {
                assert!(part.contains(words), "{words}: {part}");
            }
            assert!(part.contains("expect it, ignore it."), "{part}");
        }
        assert_eq!(mail.html.matches(&format!("href=\"{link}\"")).count(), 1, "one button");
        assert!(mail.html.contains(&format!(">{link}<")), "and the link as text");
    }

    // M01, M02, M07
    #[test]
    fn names_are_neither_markup_nor_links_nor_headers() {
        let mail =
            invitation("<a href=//evil>Reset</a><img src=//evil/p>", "evil.com/reset\r\nBcc: x@evil.com");
        assert!(!mail.html.contains("<img") && !mail.html.contains("<a href=//"), "{}", mail.html);
        assert!(mail.text.contains("<a href=//evil>Reset</a>"), "literal: {}", mail.text);
        for part in [&mail.subject, &mail.text, &mail.html] {
            assert!(!part.contains("evil.com"), "{part}");
        }
        assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
    }

    // V45
    #[test]
    fn every_mail_is_small_needs_nothing_from_elsewhere_and_has_a_dark_side() {
        for mail in every_mail() {
            assert!(mail.text.len() + mail.html.len() < MOST_BYTES, "{}", mail.subject);
            for foreign in ["<img", "src=", "url(", "@import", "<link", "<script"] {
                assert!(!mail.html.contains(foreign), "{foreign}: {}", mail.html);
            }
            assert!(mail.html.contains("color-scheme"), "{}", mail.html);
            assert!(mail.html.contains("<html lang=\"en\">") && mail.html.contains("<h1"), "{}", mail.html);
            assert!(mail.text.lines().all(|line| line.len() <= 998), "{}", mail.text);
        }
    }
}
