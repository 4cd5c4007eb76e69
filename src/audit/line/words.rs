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

/// The words of a line.
pub fn words(line: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.trim_start();
        let (length, word) = first(start)?;
        rest = start.get(length..).unwrap_or_default();
        Some(word)
    })
}

/// The first word and its length.
fn first(line: &str) -> Option<(usize, Word<'_>)> {
    let plain = line.find(char::is_whitespace).unwrap_or(line.len());
    let typed = line.get(..plain).filter(|typed| !typed.is_empty())?;
    let is_quoted = typed.starts_with('"');
    let (key, value) =
        typed.split_once(':').filter(|(key, _)| !is_quoted && !key.is_empty()).unwrap_or(("", typed));
    if !value.starts_with('"') {
        return Some((plain, Word { key, value: value.to_owned(), typed }));
    }
    let begin = plain - value.len();
    let (value, length) = unquoted(line.get(begin..).unwrap_or_default());
    let end = begin + length;
    Some((end, Word { key, value, typed: line.get(..end).unwrap_or_default() }))
}

/// What a quoted text means that stands at the beginning of `text`, and its length with the quotes: without a second one
/// all of it.
fn unquoted(text: &str) -> (String, usize) {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, at + 1),
            '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
            letter => value.push(letter),
        }
    }
    (value, text.len())
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
