//! The mail that only says that mail works.

use askama::Template;

use super::compose::{composed, host, parts};
use crate::address::EmailAddress;
use crate::config::BaseUrl;
use crate::error::Result;
use crate::links::Site;
use crate::smtp::message::Composed;

/// Writes the mail that only says that mail works.
///
/// # Errors
/// When a template fails, which is a fault of ours.
pub fn compose(base_url: &BaseUrl, to: &EmailAddress) -> Result<Composed> {
    let (host, email, link) = (&host(base_url), to.as_str(), &base_url.link(&Site.start()));
    let subject = format!("Email from {host} works");
    let html = TestHtml { subject: &subject, link, email, host };
    composed(&subject, &TestText { link, email, host }, &html)
}

parts!(TestText TestHtml { link, email, host } "mail/test.txt" "mail/test.html");
