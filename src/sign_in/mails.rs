//! The mail that tells of a new way to sign in.

use askama::Template;

use crate::address::EmailAddress;
use crate::authority::Services;
use crate::error::Result;
use crate::links::Site;
use crate::mail::compose::{composed, host, parts};
use crate::smtp::message::Composed;

/// The mail that an account at `provider` can sign in as the recipient now.
///
/// # Errors
/// When a template fails, which is a fault of ours.
pub fn account_connected(services: &Services, to: &EmailAddress, provider: &str) -> Result<Composed> {
    let known = services.providers.iter().find(|known| known.name == *provider);
    let provider = known.map_or(provider, |known| &known.label);
    let (host, email) = (&host(&services.config.base_url), to.as_str());
    let link = &services.config.base_url.link(&Site.settings());
    let subject = format!("{provider} can sign in as you on {host} now");
    let text = AccountConnectedText { provider, link, email, host };
    let html = AccountConnectedHtml { subject: &subject, provider, link, email, host };
    composed(&subject, &text, &html)
}

parts!(AccountConnectedText AccountConnectedHtml { provider, link, email, host }
    "mail/account_connected.txt" "mail/account_connected.html");
