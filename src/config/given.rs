//! What operators write around a value, or by mistake into it: env files, editors and other programs' quoting leave it.

use crate::visible_text::is_hidden;

/// What to do about a quotation mark that has no other.
const HAS_QUOTE: &str = "begins or ends with a quotation mark. If it is not part of the secret, remove it. If it is, put \
                         the whole secret between quotation marks of the other kind: ' or \"";
/// More than any secret has, in bytes.
const LARGEST: u64 = 64 * 1024;

/// The value itself: without a byte order mark, blanks, line ends and one pair of quotation marks around it. Several
/// quoted values (`"a", "b"`) are left as they are.
pub fn bare(text: &str) -> &str {
    let text = trimmed(text);
    let quoted = |quote: char| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    };
    quoted('"').or_else(|| quoted('\'')).map_or(text, trimmed)
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// Refuses a value that can't be the one that was meant.
///
/// # Errors
/// A sentence that holds nothing of the value.
pub(super) fn one_line(text: &str) -> Result<(), String> {
    let has_control = text.chars().any(char::is_control);
    refuse_if(has_control, "has a line break or another control character inside. Put it on one line")
}

/// A secret without what is around it. A quotation mark at one of its ends that has no other is refused, because no one
/// can tell whether it is part of the secret; inside a pair of another kind it is.
///
/// # Errors
/// A sentence that holds nothing of the secret.
pub(super) fn secret(given: &str) -> Result<String, String> {
    let text = bare(given);
    one_line(text)?;
    let is_in_quotes = text.len() < trimmed(given).len();
    let has_quote = text.starts_with(is_quote) || text.ends_with(is_quote);
    refuse_if(has_quote && !is_in_quotes, HAS_QUOTE)?;
    let has_invisible = text.chars().any(is_hidden);
    refuse_if(has_invisible, "has an invisible character inside. Type it again, or copy it from elsewhere")?;
    Ok(text.to_owned())
}

fn refuse_if(is_wrong: bool, sentence: &str) -> Result<(), String> {
    if is_wrong { Err(sentence.to_owned()) } else { Ok(()) }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{ab}' | '\u{bb}' | '\u{2018}'..='\u{201f}')
}

/// What a file holds, as it stands there.
///
/// # Errors
/// A sentence without the file's name, which is the secret itself where the variables were mistaken for each other.
pub(super) fn file(path: &std::path::Path) -> Result<String, String> {
    use std::io::{ErrorKind, Read};
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read.map_err(|error| (error.kind(), error)) {
        Err((ErrorKind::IsADirectory, _)) => return Err("names a folder. Name the file in it".to_owned()),
        Err((_, error)) => return Err(format!("names a file that can't be read: {error}")),
        Ok(_) => {}
    }
    refuse_if(bytes.len() as u64 > LARGEST, "names a file of more than 64 kB, which no secret is")?;
    let not_text = "names a file that is not UTF-8 text. Save it as UTF-8; PowerShell writes UTF-16";
    let text = String::from_utf8(bytes).map_err(|_| not_text)?;
    refuse_if(bare(&text).is_empty(), "names a file that is empty")?;
    Ok(text)
}
