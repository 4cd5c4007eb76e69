//! Why a mail was not taken, as an admin may read it: on one line, short, and without anything that we sent to
//! log in (M10).

use std::io;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Severity;

use super::secrets::Secrets;
use crate::shown_name::one_line;

/// As much of what a server says as is kept, in characters.
const LONGEST: usize = 200;

/// What a server answered that is neither good nor without a code: `mailbox unknown (550)`.
pub fn of_answer(error: &Error, secrets: &Secrets) -> Option<String> {
    let code = error.status()?;
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let said = shorten(&without_enhanced_code(&secrets.without(&one_line(&said))));
    let is_later = code.severity == Severity::TransientNegativeCompletion;
    let lower = said.to_lowercase();
    if is_later && (lower.contains("greylist") || lower.contains("graylist")) {
        return Some("greylisted".to_owned());
    }
    Some(if said.is_empty() { format!("refused ({code})") } else { format!("{said} ({code})") })
}

/// What went wrong on the way to the server: the cause at the bottom.
pub fn of_failure(error: &Error, secrets: &Secrets) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let said = secrets.without(&one_line(&cause.to_string()));
    let said = without_number(&said);
    shorten(&if error.is_tls() || said.contains("certificate") {
        format!("TLS failed: {said}")
    } else {
        said.to_owned()
    })
}

/// Why there is no connection.
pub fn of_connecting(error: &io::Error) -> String {
    without_number(&error.to_string()).to_owned()
}

/// Without the system's number of an error.
fn without_number(said: &str) -> &str {
    said.split(" (os error").next().unwrap_or_default()
}

/// Without the code of RFC 3463 that many servers begin with: `5.1.1 mailbox unknown`.
fn without_enhanced_code(said: &str) -> String {
    let is_code = |word: &str| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 3
            && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    };
    said.split(' ').filter(|word| !is_code(word.trim_start_matches('#'))).collect::<Vec<_>>().join(" ")
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
}
