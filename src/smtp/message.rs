//! A composed mail as it goes over the wire (RFC 5322): text and HTML, ASCII only, in short lines.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use crate::address::EmailAddress;
use crate::error::{Error, Result};
use crate::shown_name::one_line;

/// A mail's subject and both of its parts.
#[derive(Clone, Debug)]
pub struct Composed {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// RFC 3834, section 5: no automatic answer, please.
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
/// The longest subject, in characters: a word without spaces can't be folded.
const LONGEST_SUBJECT: usize = 250;

/// Puts headers around a composed mail. Bodies become 7bit, quoted-printable or base64, whichever is shortest, so
/// that no server needs 8BITMIME.
///
/// # Errors
/// If mail can't carry the form of an address.
pub fn message(
    from: &Mailbox,
    to: &EmailAddress,
    id: &str,
    at: DateTime<Utc>,
    mail: &Composed,
) -> Result<Message> {
    let unfit = |e: &dyn std::fmt::Display| Error::Internal(format!("mail: {e}"));
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.as_str().parse().map_err(|e| unfit(&e))?))
        .subject(one_line(&mail.subject).chars().take(LONGEST_SUBJECT).collect::<String>())
        .date(SystemTime::from(at))
        .message_id(Some(id.to_owned()))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
        .map_err(|e| unfit(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(subject: &str, text: &str) -> String {
        let from = "Gatehouse <gatehouse@acme.test>".parse().expect("a mailbox");
        let to = EmailAddress::parse("sam@acme.test").expect("an address");
        let mail =
            Composed { subject: subject.to_owned(), text: text.to_owned(), html: format!("<p>{text}</p>") };
        let message = message(&from, &to, "<1@acme.test>", DateTime::UNIX_EPOCH, &mail).expect("a mail");
        String::from_utf8(message.formatted()).expect("ASCII")
    }

    #[test]
    fn the_headers_are_those_of_a_letter_that_a_machine_wrote() {
        let raw = raw("Hello", "Hello");
        for header in [
            "From: Gatehouse <gatehouse@acme.test>\r\n",
            "To: sam@acme.test\r\n",
            "Subject: Hello\r\n",
            "Message-ID: <1@acme.test>\r\n",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\n",
        ] {
            assert!(raw.contains(header), "{header}: {raw}");
        }
    }

    // M02
    #[test]
    fn nothing_in_a_subject_makes_a_header() {
        for evil in
            ["a\r\nBcc: x@evil.test", "a\nContent-Type: text/html", "a\rX: y", "ä\r\nBcc: x@evil.test"]
        {
            let raw = raw(evil, "Hello");
            let (headers, _) = raw.split_once("\r\n\r\n").expect("a body");
            let made =
                |line: &&str| ["Bcc", "X:", "Content-Type: text/html"].iter().any(|h| line.starts_with(h));
            assert_eq!(headers.split(['\r', '\n']).find(made), None, "{headers}");
        }
    }

    #[test]
    fn lines_are_short_and_plain_whatever_the_text() {
        for text in ["ä".repeat(5000), "x".repeat(5000), "語 ".repeat(3000)] {
            let raw = raw(&text, &text);
            assert!(raw.is_ascii());
            assert!(raw.split("\r\n").all(|line| line.len() <= 998), "{}", raw.len());
        }
    }
}
