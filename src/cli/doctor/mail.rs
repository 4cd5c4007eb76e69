//! The mail server: does it accept our sign-in and a test mail?

use super::certificates;
use super::report::Report;
use crate::address::EmailAddress;
use crate::clock::Clock;
use crate::config::{Config, MailConfig, Patience};
use crate::mail::test_mail;
use crate::random;
use crate::smtp::{Delivery, Trouble, message};

pub(super) async fn mail(report: &mut Report, config: &Config, to: Option<&EmailAddress>) {
    let Some(mail) = &config.mail else {
        return match to {
            Some(_) => report.bad("mail", "isn't set up: set GATEHOUSE_SMTP_URL and GATEHOUSE_MAIL_FROM"),
            None => Report::none("mail", "isn't set up: people copy links instead (GATEHOUSE_SMTP_URL)"),
        };
    };
    let server = format!("{}:{}", mail.smtp.host, mail.smtp.port);
    let cure = "Check GATEHOUSE_SMTP_URL, and that this machine can reach the server";
    match try_server(mail).await {
        Ok(()) => report.good("mail", format!("{server} is ready to accept mail")),
        Err(reason) => {
            return report.bad("mail", format!("{server}: {reason}. {cure}{}", certificates::cure(&reason)));
        }
    }
    let Some(to) = to else { return };
    match send_test(config, mail, to).await {
        Ok(()) => report.good("test mail", format!("{server} accepted an email to {to}")),
        Err(reason) => {
            let cure = "Check the address, and that the server accepts GATEHOUSE_MAIL_FROM as the sender";
            report.bad("test mail", format!("{server}: {reason}. {cure}"));
        }
    }
}

async fn try_server(mail: &MailConfig) -> Result<(), String> {
    delivery(mail)?.test().await
}

/// A person waits at the terminal, and less patiently than a mail.
fn delivery(mail: &MailConfig) -> Result<Delivery, String> {
    Ok(Delivery::new(mail).map_err(|e| format!("{e:#}"))?.with_patience(Patience::SHORT))
}

async fn send_test(config: &Config, mail: &MailConfig, to: &EmailAddress) -> Result<(), String> {
    let unwritten = |e: crate::error::Error| e.to_string();
    let composed = test_mail::compose(&config.base_url, to).map_err(unwritten)?;
    let id = format!("<{}@{}>", random::id(), mail.from.email.domain());
    let message = message(&mail.from, to, &id, Clock::default().wall(), &composed).map_err(unwritten)?;
    let delivery = delivery(mail)?;
    let sent = delivery.deliver(&message).await;
    delivery.close().await;
    sent.map_err(|trouble| match trouble {
        Trouble::Later(reason) | Trouble::Never(reason) => reason,
    })
}
