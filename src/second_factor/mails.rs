//! The mails that tell of one's second factor, in case it was not oneself.

use askama::Template;

use crate::address::EmailAddress;
use crate::authority::{Change, OfPerson, Services};
use crate::error::Result;
use crate::links::Site;
use crate::mail::compose::{composed, host, parts};
use crate::mail::{self, MailKind};
use crate::smtp::Mailer;
use crate::smtp::message::Composed;

pub use crate::mail::SecondFactorNews as News;

/// Queues the mail by which the person of a change hears of their second factor.
///
/// # Errors
/// When it can't be queued.
pub async fn tell(services: &Services, change: &Change<OfPerson>, news: News) -> Result<()> {
    tell_of(&services.mail, change, &change.person().email, news).await.map(|_| ())
}

/// The same for someone else, at the address of their account; tells whether mail is set up.
///
/// # Errors
/// When it can't be queued.
pub async fn tell_of<Of>(mail: &Mailer, change: &Change<Of>, email: &str, news: News) -> Result<bool> {
    let to = EmailAddress::stored(email)?;
    Ok(mail::queue(mail, change, &to, &MailKind::SecondFactor { news }).await?.is_some())
}

/// What a mail says.
struct Words {
    headline: String,
    what: String,
    then: &'static str,
}

const IF_NOT: &str = "If that was you, you’re all set. If not, end your other sessions and tell an admin.";
const KNOWS: &str = "If that wasn’t you, someone can sign in at your provider as you. Change your password there, and tell an admin.";

fn words(news: &News) -> Words {
    let (headline, what, then) = match news {
        News::AppAdded { name } => (
            "You added an authenticator app".to_owned(),
            format!("From now on you enter a code from “{name}” when you sign in."),
            "If that was you, you’re all set. If not, tell an admin right away: it can be reset.",
        ),
        News::AppRemoved { name, is_off: false } => (
            "You removed an authenticator app".to_owned(),
            format!("Codes from “{name}” no longer work."),
            IF_NOT,
        ),
        News::AppRemoved { name, is_off: true } => (
            "You turned off your second factor".to_owned(),
            format!("You removed “{name}”, your last authenticator app. You’re no longer asked for a code."),
            IF_NOT,
        ),
        News::PasskeyAdded { name } => (
            "You added a passkey".to_owned(),
            format!("From now on you can use “{name}” when you sign in."),
            "If that was you, you’re all set. If not, tell an admin right away: it can be reset.",
        ),
        News::PasskeyRemoved { name, is_off: false } => (
            "You removed a passkey".to_owned(),
            format!("“{name}” no longer works."),
            IF_NOT,
        ),
        News::PasskeyRemoved { name, is_off: true } => (
            "You turned off your second factor".to_owned(),
            format!("You removed “{name}”, your last passkey. You’re no longer asked for one."),
            IF_NOT,
        ),
        News::CodesRenewed => (
            "You made new recovery codes".to_owned(),
            "The recovery codes from before no longer work.".to_owned(),
            IF_NOT,
        ),
        News::RecoveryCodeUsed { left } => (
            "A recovery code of yours was used".to_owned(),
            match left {
                0 => "You have none left. Make new ones.".to_owned(),
                left => format!("You have {left} left."),
            },
            KNOWS,
        ),
        News::TooManyWrongCodes => (
            "Too many wrong codes".to_owned(),
            "Someone who signed in as you entered too many wrong codes. For a while, no code or passkey works."
                .to_owned(),
            KNOWS,
        ),
        News::Reset => (
            "Your second factor was reset".to_owned(),
            "An admin removed your authenticator apps, passkeys and recovery codes, and ended your sessions. You can \
             sign in without them and add new ones."
                .to_owned(),
            "If you didn’t ask for that, tell an admin.",
        ),
    };
    Words { headline, what, then }
}

/// The mail itself.
///
/// # Errors
/// When a template fails, which is a fault of ours.
pub fn news(services: &Services, to: &EmailAddress, news: &News) -> Result<Composed> {
    let (host, email) = (&host(&services.config.base_url), to.as_str());
    let link = &services.config.base_url.link(&Site.security());
    let Words { headline, what, then } = &words(news);
    let subject = format!("{headline} on {host}");
    let text = SecondFactorText { headline, what, then, link, email, host };
    let html = SecondFactorHtml { subject: &subject, headline, what, then, link, email, host };
    composed(&subject, &text, &html)
}

parts!(SecondFactorText SecondFactorHtml { headline, what, then, link, email, host }
    "mail/second_factor.txt" "mail/second_factor.html");
