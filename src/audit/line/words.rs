//! The words of a line, and their quotes.

/// As much of a word as a sentence repeats, in characters.
const LONGEST: usize = 60;

/// A word of a line.
pub struct Word<'a> {
    pub key: &'a str,
    pub value: String,
    /// All of it, as it was typed.
    pub typed: &'a str,
}

/// The words of a line, or sentences about those that have no end.
pub fn words(line: &str) -> impl Iterator<Item = Result<Word<'_>, String>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.trim_start();
        let (length, word) = first(start)?;
        rest = start.get(length..).unwrap_or_default();
        Some(word)
    })
}

/// The first word and its length.
fn first(line: &str) -> Option<(usize, Result<Word<'_>, String>)> {
    let plain = line.find(char::is_whitespace).unwrap_or(line.len());
    let typed = line.get(..plain).filter(|typed| !typed.is_empty())?;
    let Some((key, value)) = typed.split_once(':') else {
        return Some((plain, Ok(Word { key: "", value: String::new(), typed })));
    };
    if !value.starts_with('"') {
        return Some((plain, Ok(Word { key, value: value.to_owned(), typed })));
    }
    let begin = key.len() + ":".len();
    let unclosed = || format!("{} has no closing quote.", named(line));
    let Some((value, length)) = line.get(begin..).and_then(unquoted) else {
        return Some((line.len(), Err(unclosed())));
    };
    let end = begin + length;
    let typed = line.get(..end).unwrap_or_default();
    let is_apart = line.get(end..).is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace));
    let apart = || format!("There is no space behind {}.", named(typed));
    Some((end, if is_apart { Ok(Word { key, value, typed }) } else { Err(apart()) }))
}

/// What a quoted text means that stands at the beginning of `text`, and its length with the quotes.
fn unquoted(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, at + 1)),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

/// A value as a line has it: in quotes if it needs any.
pub fn quoted(value: &str) -> String {
    if !value.starts_with('"') && !value.contains(char::is_whitespace) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A word as a sentence repeats it.
pub fn named(typed: &str) -> String {
    let mut letters = typed.chars().filter(|c| !c.is_control());
    let shown: String = letters.by_ref().take(LONGEST).collect();
    let more = if letters.next().is_some() { "…" } else { "" };
    format!("“{shown}{more}”")
}
