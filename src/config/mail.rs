//! How mail goes out: a server that takes it, and who it is from. Both or none.

use lettre::message::Mailbox;

use super::error::{Result, problem};
use super::smtp_server::SmtpServer;
use super::source::Source;
use crate::address::EmailAddress;

/// How mail goes out.
pub struct MailConfig {
    pub smtp: SmtpServer,
    /// Who every mail is from.
    pub from: Mailbox,
}

/// Reads the settings of mail.
pub(super) fn read(source: &mut Source) -> Result<Option<MailConfig>> {
    let url = source.secret("SMTP_URL")?;
    let from = source.optional("MAIL_FROM", sender)?;
    match (url, from) {
        (None, None) => Ok(None),
        (Some(url), Some(from)) => {
            let smtp = SmtpServer::parse(&url).map_err(|sentence| problem("SMTP_URL", &sentence))?;
            Ok(Some(MailConfig { smtp, from }))
        }
        (Some(_), None) => Err(problem(
            "MAIL_FROM",
            "is missing, but GATEHOUSE_SMTP_URL is set: say who mails are from, such as Gatehouse <gatehouse@example.com>",
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
