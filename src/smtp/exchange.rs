//! One mail, handed over.

use std::time::Duration;

use lettre::Address;

use super::awaited::Awaited;
use super::conversation::Conversation;
use super::deadline::Deadline;
use super::failure::{Failure, Step};
use super::reply::Reply;

/// How long a goodbye can take.
pub(crate) const GOODBYE: Duration = Duration::from_secs(2);
/// How late a 354 can be.
const LATE: Duration = Duration::from_secs(5);

/// Begins a mail.
pub(super) async fn begin(conversation: &mut Conversation, from: Option<&Address>) -> Result<(), Failure> {
    let from = from.map_or("", AsRef::as_ref);
    conversation.ask("MAIL", &format!("FROM:<{from}>")).await?.good(Step::Sender).map(drop)
}

/// Names the recipients of the mail that was begun, and waits until the server asks for the mail itself.
pub(super) async fn address(conversation: &mut Conversation, to: &[Address]) -> Result<(), Failure> {
    for recipient in to {
        conversation.ask("RCPT", &format!("TO:<{recipient}>")).await?.good(Step::Recipient)?;
    }
    go_ahead(conversation).await?;
    pass_over_strays(conversation).await
}

/// Hands over the mail that the server asked for. Once its end is answered 2xx the mail has been accepted, and nothing that
/// comes after that counts.
///
/// If the connection breaks before that answer, no one knows. The mail is then sent again with the same Message-ID: one
/// that arrives twice is a nuisance, one that never arrives keeps someone out.
pub(super) async fn hand_over(conversation: &mut Conversation, mail: &[u8]) -> Result<(), Failure> {
    let deadline = Deadline::new(Awaited::Answer("the mail"), conversation.patience.end);
    let reply = conversation.say_past(&stuffed(mail), deadline, Reply::asks_for_more).await?;
    reply.good(Step::End).map(drop)
}

/// Says DATA and waits until the server asks for the mail. Some servers say 250 and mean 354. Or the server has said too
/// much before: then this 250 answers something else, and the next one would be taken for the answer to the mail. So
/// after a 2xx we wait a little for the 354.
async fn go_ahead(conversation: &mut Conversation) -> Result<(), Failure> {
    let mut reply = conversation.ask("DATA", "").await?;
    let whole = Deadline::new(Awaited::Answer("DATA"), conversation.patience.command);
    while reply.is_good() {
        whole.check()?;
        match conversation.answer(Deadline::new(Awaited::Answer("DATA"), LATE)).await {
            Ok(late) => reply = late,
            Err(Failure::NoAnswer(_)) => return Ok(()),
            Err(failure) => return Err(failure),
        }
    }
    if reply.asks_for_more() { Ok(()) } else { Err(Failure::Answer(Step::Data, reply)) }
}

/// What the server has said too much must not be taken for its answer to the mail.
async fn pass_over_strays(conversation: &mut Conversation) -> Result<(), Failure> {
    let deadline = Deadline::new(Awaited::Answer("DATA"), LATE);
    while conversation.has_said_more() {
        deadline.check()?;
        let stray = conversation.answer(deadline).await?;
        if stray.is_final() || stray.is_for_now() {
            return Err(Failure::Answer(Step::Data, stray));
        }
    }
    Ok(())
}

/// Whether the connection can be used for another mail.
pub(super) async fn is_ready_again(conversation: &mut Conversation) -> bool {
    let reply = conversation.ask("RSET", "").await;
    reply.is_ok_and(|Reply { code, .. }| code == 250)
}

/// Says goodbye.
pub(super) async fn leave(mut conversation: Conversation) {
    // Only to be polite: the connection is closed when it is dropped.
    let _ = conversation.say(b"QUIT\r\n", Deadline::new(Awaited::Answer("QUIT"), GOODBYE)).await;
}

/// The mail with its end, and no line in it that could be mistaken for the end (RFC 5321, section 4.5.2).
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + 64);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_mail_is_its_end() {
        for (mail, sent) in [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            ("", "\r\n.\r\n"),
            (".\r\n..\r\na.\r\n", "..\r\n...\r\na.\r\n.\r\n"),
            ("a\r\n.", "a\r\n..\r\n.\r\n"),
        ] {
            assert_eq!(String::from_utf8_lossy(&stuffed(mail.as_bytes())), sent, "{mail:?}");
        }
    }
}
