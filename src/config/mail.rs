//! How mail is sent: the server that accepts it, and who it is from. Both or none.

use lettre::message::Mailbox;

use super::base_url::BaseUrl;
use super::error::{Result, problem};
use super::hello_name::HelloName;
use super::smtp_patience::Patience;
use super::smtp_server::SmtpServer;
use super::source::Source;
use crate::address::EmailAddress;

/// How mail is sent.
pub struct MailConfig {
    pub smtp: SmtpServer,
    /// Who every mail is from.
    pub from: Mailbox,
    /// By which name the server is greeted: the base URL's host, unless said otherwise.
    pub hello: HelloName,
    /// How long the server can take.
    pub patience: Patience,
}

/// Reads the settings of mail, which greets its server by the name that people know.
pub(super) fn read(source: &mut Source, base_url: &BaseUrl) -> Result<Option<MailConfig>> {
    let url = source.secret("SMTP_URL")?;
    let from = source.optional("MAIL_FROM", sender)?;
    let hello = source.optional("SMTP_HELLO_NAME", HelloName::parse)?;
    match (url, from) {
        (None, None) => Ok(None),
        (Some(url), Some(from)) => {
            let smtp = SmtpServer::parse(&url).map_err(|sentence| problem("SMTP_URL", &sentence))?;
            let hello = hello.unwrap_or_else(|| HelloName::of(base_url.url()));
            Ok(Some(MailConfig { smtp, from, hello, patience: Patience::default() }))
        }
        (Some(_), None) => Err(problem(
            "MAIL_FROM",
            "is missing, but GATEHOUSE_SMTP_URL is set: say who emails are from, such as Gatehouse <gatehouse@example.com>",
        )),
        (None, Some(_)) => Err(problem(
            "SMTP_URL",
            "is missing, but GATEHOUSE_MAIL_FROM is set: name the server, such as smtp://user:password@smtp.example.com:587",
        )),
    }
}

fn sender(text: &str) -> std::result::Result<Mailbox, String> {
    let shape = || "must be an address, such as Gatehouse <gatehouse@example.com>".to_owned();
    let mailbox: Mailbox = text.parse().map_err(|_| shape())?;
    if text.chars().any(char::is_control) {
        return Err(shape());
    }
    let email = EmailAddress::parse(mailbox.email.as_ref()).map_err(|_| shape())?;
    Ok(Mailbox::new(mailbox.name, email.as_str().parse().map_err(|_| shape())?))
}
