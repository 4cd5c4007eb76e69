//! Why a mail wasn't accepted, in words for an admin: on one line, short, and without anything we sent to log in (M10).

use std::io;
use std::time::Duration;

use super::awaited::Awaited;
use super::reply::{Reply, enhanced_code};
use super::secrets::Secrets;
use crate::shown_name::one_line;

/// How much of what a server says is kept, in characters.
const LONGEST: usize = 200;

/// What a server answered when it refused: `mailbox unknown (550)`.
pub fn of_answer(reply: &Reply, secrets: &Secrets) -> String {
    let said = repeated(&reply.text(), secrets);
    let lower = said.to_lowercase();
    match (said.as_str(), reply.code) {
        _ if reply.is_for_now() && (lower.contains("greylist") || lower.contains("graylist")) => {
            "greylisted".to_owned()
        }
        ("", code) => format!("refused ({code})"),
        (said, code) => format!("{said} ({code})"),
    }
}

/// What has no code: this may not be a mail server.
pub fn of_unreadable(said: &str, secrets: &Secrets) -> String {
    format!("this isn't a mail server: it said “{}”", repeated(said, secrets))
}

/// Why a connection failed or ended.
pub fn of_connection(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return "the server closed the connection".to_owned();
    }
    let said = error.to_string();
    said.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Why TLS failed.
pub fn of_tls(error: &io::Error) -> String {
    format!("TLS failed: {}", of_connection(error))
}

/// Why TLS failed on a connection that begins with it. A server that doesn't speak TLS says something else in the middle of
/// the handshake.
pub fn of_tls_at_once(error: &io::Error) -> String {
    let said = of_tls(error);
    let cure = if said.contains("corrupt message") { "; if it speaks STARTTLS, use smtp://" } else { "" };
    said + cure
}

/// What did not come in time: `no answer to EHLO within 5 minutes`.
pub fn of_silence(awaited: Awaited, patience: Duration) -> String {
    let seconds = patience.as_secs();
    let (count, unit) = if seconds > 0 && seconds.is_multiple_of(60) {
        (seconds / 60, "minute")
    } else {
        (seconds, "second")
    };
    format!("no {awaited} within {count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// What the server says, safe to show. Everything else is cut before secrets are removed: a later cut could put a secret
/// together again.
fn repeated(said: &str, secrets: &Secrets) -> String {
    shorten(&secrets.without(&without_enhanced_code(&one_line(said))))
}

/// Without the code of RFC 3463 that many servers begin with: `5.1.1 mailbox unknown`.
fn without_enhanced_code(said: &str) -> String {
    let rest = said.split(' ').filter(|word| enhanced_code(word).is_none());
    rest.collect::<Vec<_>>().join(" ")
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_short_and_without_its_codes() {
        assert_eq!(without_enhanced_code("5.1.1 mailbox unknown"), "mailbox unknown");
        assert_eq!(without_enhanced_code("#5.1.1 see 10.0.0.1"), "see 10.0.0.1");
        assert_eq!(shorten(&"x".repeat(1000)).chars().count(), LONGEST);
    }

    #[test]
    fn what_was_waited_for_is_named_with_the_time() {
        for (awaited, seconds, said) in [
            (Awaited::Connection, 1, "no connection within 1 second"),
            (Awaited::Greeting, 15, "no greeting within 15 seconds"),
            (Awaited::Tls, 60, "no TLS handshake within 1 minute"),
            (Awaited::Answer("EHLO"), 600, "no answer to EHLO within 10 minutes"),
            (Awaited::Readiness, 90, "no connection ready for mail within 90 seconds"),
        ] {
            assert_eq!(of_silence(awaited, Duration::from_secs(seconds)), said);
        }
    }
}
