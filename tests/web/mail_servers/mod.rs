//! Mail servers as they are: in whatever shape they answer, the code alone decides (RFC 5321, section 4.2).

mod answers;
mod claims;
mod login;
mod names;
mod ours;
mod patience;
mod protection;

use chrono::Utc;
use gatehouse::address::EmailAddress;
use gatehouse::config::{BaseUrl, HelloName, MailConfig, SmtpServer};
use gatehouse::smtp::{Composed, Delivery, Trouble, message};

use super::support::{PATIENCE, Quirks, Quirky, Say};

/// The way to a server with a login, or none, and options.
fn way(server: &Quirky, login: &str, options: &str) -> Delivery {
    way_to(&format!("smtp://{login}127.0.0.1:{}{options}", server.port))
}

fn way_to(url: &str) -> Delivery {
    let base_url = BaseUrl::parse("https://gatehouse.acme.test").expect("an address");
    let config = MailConfig {
        smtp: SmtpServer::parse(url).expect("a server"),
        from: "Gatehouse <gatehouse@acme.test>".parse().expect("a mailbox"),
        hello: HelloName::of(base_url.url()),
        patience: PATIENCE,
    };
    Delivery::new(&config).expect("a way")
}

/// Sends one mail.
async fn send(way: &Delivery) -> Result<(), Trouble> {
    let from = "Gatehouse <gatehouse@acme.test>".parse().expect("a mailbox");
    let to = EmailAddress::parse("sam@beta.test").expect("an address");
    let text = "..\r\n.\r\nHello".to_owned();
    let mail = Composed { subject: "Hello".to_owned(), html: text.clone(), text };
    let mail = message(&from, &to, "<1@acme.test>", Utc::now(), &mail).expect("a mail");
    way.deliver(&mail).await
}

/// Sends one mail to a server with quirks, in clear.
async fn send_to(quirks: &Quirks) -> (Result<(), Trouble>, Quirky) {
    let server = Quirky::start(quirks).await;
    (send(&way(&server, "", "?tls=none")).await, server)
}

/// What comes of a mail when one thing is said in a way of its own.
async fn send_when(command: &'static str, say: Say) -> (Result<(), Trouble>, Quirky) {
    send_to(&[(command, say)]).await
}

fn later(reason: &str) -> Result<(), Trouble> {
    Err(Trouble::Later(reason.to_owned()))
}
