//! Whom a refusal (5xx) is about: us, or the mail and its recipient. The command that was refused tells, then the
//! enhanced code (RFC 3463), and the text only if neither does.
//!
//! A mail that was refused because of us is tried again: the mail setup can be fixed, and the address is still good.

use lettre::address::Envelope;

use super::failure::Step;
use super::phrases::speaks_of_us;
use super::reply::Reply;

/// Whether a refusal is about us.
pub(super) fn is_ours(step: Step, reply: &Reply, mail: &Envelope) -> bool {
    match step {
        Step::Hello | Step::Sender => true,
        Step::Recipient | Step::Data | Step::End => by_code(reply)
            .or_else(|| by_text(reply, mail).then_some(true))
            // At DATA the recipients were accepted.
            .unwrap_or(step == Step::Data),
    }
}

fn by_code(reply: &Reply) -> Option<bool> {
    if is_of_the_session(reply.code) {
        return Some(true);
    }
    match reply.enhanced()? {
        (subject, 0) if subject != 4 => None,
        // The sender's address (7, 8), the server as a whole, and daily limits, as Gmail (4.5) and Exchange Online say it.
        // Exchange Online also says who we can send as (2.252), and how often to one mailbox.
        (1, 7 | 8 | 90) | (2, 121 | 122 | 252) | (3, _) | (4, 5) => Some(true),
        (1 | 2 | 6, _) => Some(false),
        (4, detail) => (detail != 6).then_some(false),
        // Only "refused": relaying, a block list, or a mailbox that accepts nothing from outside.
        (7, 1 | 12) => None,
        (7, detail) => Some(!is_of_the_mailbox(detail)),
        _ => None,
    }
}

/// Commands that are unknown or out of order (RFC 5321, section 4.2.3), and login and encryption (RFC 4954, section 6; RFC
/// 5248, section 2.4).
fn is_of_the_session(code: u16) -> bool {
    matches!(code, 500 | 502..=504 | 523..=525 | 530 | 534 | 535 | 538)
}

/// The policies (5.7.x) of a mailbox or list that doesn't accept mail from everyone: 2, RFC 3463; 17 to 19, RFC 7293; the
/// others, Exchange Online.
fn is_of_the_mailbox(detail: u16) -> bool {
    matches!(detail, 2 | 17..=19 | 120..=139 | 193 | 507 | 510)
}

/// A text that names our address is about us, in any language. The recipients' addresses in it say nothing.
fn by_text(reply: &Reply, mail: &Envelope) -> bool {
    let mut text = reply.text().to_lowercase();
    let names_us = mail.from().is_some_and(|from| {
        !mail.to().contains(from) && !places(&text, &from.to_string().to_lowercase()).is_empty()
    });
    for to in mail.to() {
        text = without(&text, &to.to_string().to_lowercase());
        text = without(&text, &to.user().to_lowercase());
    }
    names_us || speaks_of_us(&text)
}

/// Where a word stands alone, not as part of a longer address.
fn places(text: &str, word: &str) -> Vec<usize> {
    let is_part = |c: char| c.is_alphanumeric() || ".+-_@".contains(c);
    let is_alone = |at: &usize| {
        let (before, after) = (text[..*at].chars().next_back(), text[at + word.len()..].chars().next());
        // A sentence can end after an address.
        let goes_on = after.is_some_and(|c| is_part(c) && c != '.');
        !before.is_some_and(is_part) && !goes_on
    };
    text.match_indices(word).map(|(at, _)| at).filter(is_alone).collect()
}

fn without(text: &str, word: &str) -> String {
    let mut rest = text.to_owned();
    for at in places(text, word).into_iter().rev() {
        rest.replace_range(at..at + word.len(), "");
    }
    rest
}
