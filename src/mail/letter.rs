//! What a mail says: composed when it goes out, from what the database holds then.

use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::name::{harmless, one_line};
use crate::access::Role;
use crate::address::EmailAddress;
use crate::app::Services;
use crate::config::BaseUrl;
use crate::entity::{membership, organization};
use crate::error::Result;
use crate::invites;

/// What to write, as the outbox keeps it. Ids and names only: never a secret, never a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// An invite, to the address that is invited; `generation` counts its links.
    Invite { invite: String, generation: i64 },
    /// To the inviter: somebody came with a link that is over and asks for another.
    InviteAskedFor { invite: String },
    /// Another account can sign in as the recipient now.
    AccountConnected { provider: String },
    /// The recipient has another role in the organization.
    RoleChanged { role: Role },
    /// Mail works.
    Test,
}

/// Whom a mail goes to, and on behalf of which organization.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    pub organization: &'a str,
    pub email: &'a EmailAddress,
}

/// A mail's subject and both of its parts.
#[derive(Clone, Debug)]
pub struct Composed {
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Letter {
    /// Writes the mail. None when it has become pointless: it is cancelled then.
    ///
    /// # Errors
    /// When what it tells can't be read now; then it is tried again.
    pub async fn compose(&self, services: &Services, to: Recipient<'_>) -> Result<Option<Composed>> {
        match self {
            Self::Invite { invite, generation } => invites::invitation(services, invite, *generation).await,
            Self::InviteAskedFor { invite } => invites::asked_for(services, invite, to.email).await,
            Self::AccountConnected { provider } => {
                let known = services.providers.iter().find(|known| known.name == *provider);
                account_connected(services, to, known.map_or(provider, |known| &known.label)).map(Some)
            }
            Self::RoleChanged { role } => role_changed(services, to, *role).await,
            Self::Test => test(&services.config.base_url, to.email).map(Some),
        }
    }
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
        let (role, email) = (with_article(self.role), self.email.as_str());
        let link = self.link;
        let text = InviteText { organization, inviter, role, link, until, email, host };
        let html = InviteHtml { subject: &subject, organization, inviter, role, link, until, email, host };
        Composed::of(&subject, &text, &html)
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
        Composed::of(&subject, &text, &html)
    }
}

fn account_connected(services: &Services, to: Recipient<'_>, provider: &str) -> Result<Composed> {
    let (host, email) = (&host(&services.config.base_url), to.email.as_str());
    let link = &services.config.base_url.link("/settings");
    let subject = format!("{provider} can sign in as you on {host} now");
    let text = AccountConnectedText { provider, link, email, host };
    let html = AccountConnectedHtml { subject: &subject, provider, link, email, host };
    Composed::of(&subject, &text, &html)
}

/// Only while it is true: the role may have changed again, and that is another mail.
async fn role_changed(services: &Services, to: Recipient<'_>, role: Role) -> Result<Option<Composed>> {
    let membership = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(to.organization))
        .filter(membership::Column::Email.eq(to.email.as_str()))
        .filter(membership::Column::Role.eq(role))
        .one(services.db.outside_any_organization())
        .await?;
    let row = organization::Entity::find_by_id(to.organization);
    let row = row.one(services.db.outside_any_organization()).await?;
    let (Some(_), Some(row)) = (membership, row) else { return Ok(None) };
    let (organization, host) = (&harmless(&row.name), &host(&services.config.base_url));
    let (role, email) = (with_article(role), to.email.as_str());
    let link = &services.config.base_url.link("/settings/admin");
    let subject = format!("You are {role} of {organization} on {host} now");
    let text = RoleChangedText { organization, role, link, email, host };
    let html = RoleChangedHtml { subject: &subject, organization, role, link, email, host };
    Composed::of(&subject, &text, &html).map(Some)
}

/// Writes the mail that only says that mail works.
///
/// # Errors
/// When a template fails, which is a fault of ours.
pub fn test(base_url: &BaseUrl, to: &EmailAddress) -> Result<Composed> {
    let (host, email, link) = (&host(base_url), to.as_str(), &base_url.link("/"));
    let subject = format!("Mail from {host} works");
    let html = TestHtml { subject: &subject, link, email, host };
    Composed::of(&subject, &TestText { link, email, host }, &html)
}

impl Composed {
    fn of(subject: &str, text: &impl Template, html: &impl Template) -> Result<Self> {
        Ok(Self { subject: one_line(subject), text: text.render()?, html: html.render()? })
    }
}

/// `Fri 28 Nov 2026, 14:05 UTC`.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%a %-d %b %Y, %H:%M UTC").to_string()
}

/// The host of the base URL, with its port where it has one of its own.
fn host(base_url: &BaseUrl) -> String {
    let origin = base_url.origin();
    origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).to_owned()
}

fn with_article(role: Role) -> &'static str {
    match role {
        Role::Member => "a member",
        Role::Admin => "an admin",
        Role::Owner => "an owner",
    }
}

/// Both parts of a mail, which tell the same.
macro_rules! parts {
    ($text:ident $html:ident { $($field:ident),* } $text_path:literal $html_path:literal) => {
        #[derive(Template)]
        #[template(path = $text_path)]
        struct $text<'a> {
            $($field: &'a str,)*
        }

        #[derive(Template)]
        #[template(path = $html_path)]
        struct $html<'a> {
            subject: &'a str,
            $($field: &'a str,)*
        }
    };
}

parts!(InviteText InviteHtml { organization, inviter, role, link, until, email, host }
    "mail/invite.txt" "mail/invite.html");
parts!(InviteAskedForText InviteAskedForHtml { organization, invited, link, email, host }
    "mail/invite_asked_for.txt" "mail/invite_asked_for.html");
parts!(AccountConnectedText AccountConnectedHtml { provider, link, email, host }
    "mail/account_connected.txt" "mail/account_connected.html");
parts!(RoleChangedText RoleChangedHtml { organization, role, link, email, host }
    "mail/role_changed.txt" "mail/role_changed.html");
parts!(TestText TestHtml { link, email, host } "mail/test.txt" "mail/test.html");

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

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
            test(&base_url(), &email("sam@acme.test")).expect("a mail"),
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
            assert!(part.contains("Ignore this mail if you did not expect it."), "{part}");
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

    #[test]
    fn a_letter_is_kept_as_what_to_write() {
        let letter = Letter::Invite { invite: "i".to_owned(), generation: 2 };
        let kept = serde_json::to_value(&letter).expect("JSON");
        assert_eq!(kept, serde_json::json!({ "kind": "invite", "invite": "i", "generation": 2 }));
        assert_eq!(serde_json::from_value::<Letter>(kept).expect("a letter"), letter);
        let role = Letter::RoleChanged { role: Role::Admin };
        assert_eq!(
            serde_json::to_value(role).expect("JSON"),
            serde_json::json!({ "kind": "role_changed", "role": "admin" })
        );
    }
}
