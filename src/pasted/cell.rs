//! One cell: words, some of them addresses, perhaps with names, quotes and brackets around.

use std::collections::HashSet;

use super::found::Found;
use super::signs::{Quoting, closes, closes_address, is_at, is_quote, opens, opens_address, with_quotes};
use super::word;
use crate::address::{AddressError, EmailAddress};

/// Why a name that is an address is not taken.
const TWO_ADDRESSES: &str = "The name is a different email address. Keep the one you mean.";

/// The addresses of a cell.
pub(super) fn read(cell: &str) -> Found {
    if cell.contains(|c| is_quote(c) || opens(c) || closes(c)) {
        return mailboxes(without_number(cell)).unwrap_or_else(|problem| Found::bad(cell, &problem));
    }
    let words: Vec<&str> = cell.split_whitespace().filter(|word| word.contains(is_at)).collect();
    let mut found = Found::default();
    for text in &words {
        match word::addresses(text) {
            Ok(addresses) => found.addresses.extend(addresses),
            Err(problem) => found.add(Found::bad(if words.len() == 1 { cell } else { text }, &problem)),
        }
    }
    found
}

/// Without what stands before a line that is quoted or numbered: `>sam@acme.com`, `1)sam@acme.com`.
fn without_number(cell: &str) -> &str {
    let cell = cell.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
    let rest = cell.trim_start_matches('(').trim_start_matches(|c: char| c.is_ascii_digit());
    rest.strip_prefix(')').unwrap_or(cell)
}

/// Addresses with names and comments (RFC 5322, section 3.4), all of them or none: what is malformed beside a bracket or
/// a quote may belong to its neighbour.
fn mailboxes(cell: &str) -> Result<Found, String> {
    if is_glued(cell) {
        return Err(AddressError::NotAnAddress.to_string());
    }
    let mut reading = Reading::default();
    let mut rest = cell;
    while let Some(at) = rest.find(|c: char| c.is_whitespace() || is_quote(c) || opens(c) || closes(c)) {
        reading.word(&rest[..at])?;
        let sign = rest[at..].chars().next().unwrap_or_default();
        reading.sign(sign)?;
        rest = &rest[at + sign.len_utf8()..];
    }
    reading.word(rest)?;
    reading.mailbox_ends()?;
    Ok(Found { addresses: reading.found, bad: Vec::new() })
}

/// Where a reader of mailboxes is.
#[derive(Default)]
struct Reading {
    found: Vec<EmailAddress>,
    seen: HashSet<EmailAddress>,
    /// The addresses among the words that may be the name of the next.
    names: Vec<EmailAddress>,
    /// The last word of that name.
    last: String,
    /// The word before a sign that stands alone in that name.
    apart: Option<String>,
    /// Whether a sign stands alone in that name, and isn't an address's.
    has_lone_sign: bool,
    /// Those between `<` and `>`.
    enclosed: Option<Vec<EmailAddress>>,
}

impl Reading {
    fn word(&mut self, word: &str) -> Result<(), String> {
        if self.enclosed.is_none() && !word.is_empty() {
            return self.word_of_name(word);
        }
        if word.contains(is_at) {
            self.enclosed.get_or_insert_default().extend(word::addresses(word)?);
        }
        Ok(())
    }

    /// `Jane @ Acme` is a name; `jane @ acme.com` is one that looks like an address.
    fn word_of_name(&mut self, word: &str) -> Result<(), String> {
        if word.chars().all(is_at) {
            self.has_lone_sign = true;
            self.apart = Some(std::mem::take(&mut self.last));
            return Ok(());
        }
        if let Some(before) = self.apart.take() {
            self.names.extend(word::addresses(&format!("{before}@{word}")).unwrap_or_default());
        }
        word.clone_into(&mut self.last);
        if word.contains(is_at) {
            self.names.extend(word::addresses(word)?);
        }
        Ok(())
    }

    fn sign(&mut self, sign: char) -> Result<(), String> {
        if opens_address(sign) {
            self.enclosed.get_or_insert_default();
        } else if closes_address(sign) {
            self.mailbox_ends()?;
        }
        Ok(())
    }

    /// A name that is an address must be the one that is enclosed: else a person reads one and we take the other.
    fn mailbox_ends(&mut self) -> Result<(), String> {
        let enclosed = self.enclosed.take().unwrap_or_default();
        if std::mem::take(&mut self.has_lone_sign) && enclosed.is_empty() {
            return Err(AddressError::NotAnAddress.to_string());
        }
        (self.last, self.apart) = (String::new(), None);
        if let Some(address) = enclosed.first()
            && enclosed.iter().chain(&self.names).any(|other| other != address)
        {
            return Err(TWO_ADDRESSES.to_owned());
        }
        for address in self.names.drain(..).chain(enclosed) {
            if self.seen.insert(address.clone()) {
                self.found.push(address);
            }
        }
        Ok(())
    }
}

/// Whether text touches a quote or follows a bracket at once, as in `"u@acme.com"@evil.com`: a mail program reads on.
fn is_glued(cell: &str) -> bool {
    let (mut behind_text, mut closed) = (false, false);
    with_quotes(cell).any(|Quoting { sign, is_quote, inside, .. }| {
        let is_text = sign.is_alphanumeric() || is_at(sign);
        let opens_behind_text = is_quote && inside && behind_text;
        let follows = closed && is_text;
        behind_text = is_text;
        closed = match sign {
            _ if is_quote => !inside,
            _ if opens(sign) || sign.is_whitespace() => false,
            _ if closes(sign) => !inside,
            _ => closed,
        };
        opens_behind_text || follows
    })
}
