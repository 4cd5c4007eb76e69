//! One word that holds an `@`: the address in it, without what a person sees around it.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::address::{AddressError, EmailAddress};
use crate::stray_secret;
use crate::visible_text::{NOT_VISIBLE, is_hidden};

/// Bullets, quotes and punctuation before an address. Others may begin one.
const BEFORE: &str = "'`*-:!?#&";
/// Punctuation behind one.
const BEHIND: &str = "'`*-:!?.…/\\";
/// What may be a part of an address, and is more likely one of a link: `?email=sam@acme.com`, `https://sam@acme.com`.
const PARTS_OF_LINKS: [char; 2] = ['/', '='];

/// The addresses that a word is: one, or those of a `mailto:` link.
///
/// # Errors
/// Why it is none.
pub(super) fn addresses(word: &str) -> Result<Vec<EmailAddress>, String> {
    let word = bare(word);
    match word.split_once([':', '：']) {
        Some((label, _)) if label.eq_ignore_ascii_case("mailto") => {
            linked(word).iter().map(|it| parse(it)).collect()
        }
        Some((label, address)) if is_label(label) => Ok(vec![parse(bare(address))?]),
        _ => Ok(vec![parse(word)?]),
    }
}

fn parse(text: &str) -> Result<EmailAddress, String> {
    stray_secret::refuse(text)?;
    if text.split('@').next().is_some_and(|local| local.contains(PARTS_OF_LINKS)) {
        return Err(AddressError::NotAnAddress.to_string());
    }
    EmailAddress::parse(text).map_err(|error| match error {
        AddressError::NotAnAddress if text.chars().any(is_hidden) => NOT_VISIBLE.to_owned(),
        other => other.to_string(),
    })
}

/// Without what stands around an address and shows that it begins and ends there.
fn bare(word: &str) -> &str {
    let mut word = word;
    loop {
        word = word.trim_start_matches(|c| is_edge(c, BEFORE)).trim_end_matches(|c| is_edge(c, BEHIND));
        let inside = |mark| word.strip_prefix(mark)?.strip_suffix(mark);
        match ["_", "~"].into_iter().find_map(inside) {
            Some(rest) => word = rest,
            None => return word,
        }
    }
}

fn is_edge(c: char, ascii: &str) -> bool {
    ascii.contains(c) || is_hidden(c) || !c.is_ascii() && !c.is_alphanumeric() && c != '＠' && c != '﹫'
}

/// As in `To:sam@acme.com`.
fn is_label(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphabetic() || c == '-')
}

/// Those to whom a link of RFC 6068 writes.
fn linked(word: &str) -> Vec<String> {
    let Ok(link) = Url::parse(word) else { return vec![word.to_owned()] };
    let to = percent_decode_str(link.path()).decode_utf8_lossy().into_owned();
    let others = link
        .query_pairs()
        .filter(|(field, _)| ["to", "cc", "bcc"].iter().any(|known| field.eq_ignore_ascii_case(known)));
    let all = std::iter::once(to).chain(others.map(|(_, value)| value.into_owned()));
    all.flat_map(|list| list.split(',').map(|it| bare(it.trim()).to_owned()).collect::<Vec<_>>())
        .filter(|it| !it.is_empty())
        .collect()
}
