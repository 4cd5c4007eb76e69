//! What separates and encloses, in the shapes that keyboards, mail programs and spreadsheets give it.

/// Ends a line.
pub(super) fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Ends a cell of a line.
pub(super) fn ends_cell(c: char) -> bool {
    matches!(c, ',' | ';' | '，' | '；' | '、' | '،' | '؛') || is_of_table(c)
}

/// Stands between the cells of tables only.
pub(super) fn is_of_table(c: char) -> bool {
    matches!(c, '\t' | '|' | '｜')
}

/// Opens and closes what is quoted.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

/// Opens an address behind a name.
pub(super) fn opens_address(c: char) -> bool {
    matches!(c, '<' | '‹' | '＜' | '〈')
}

/// Closes it.
pub(super) fn closes_address(c: char) -> bool {
    matches!(c, '>' | '›' | '＞' | '〉')
}

/// Opens a bracket of any kind.
pub(super) fn opens(c: char) -> bool {
    opens_address(c) || matches!(c, '(' | '[' | '{' | '（' | '【' | '「')
}

/// Closes one.
pub(super) fn closes(c: char) -> bool {
    closes_address(c) || matches!(c, ')' | ']' | '}' | '）' | '】' | '」')
}

/// The sign of an address, or one that looks like it.
pub(super) fn is_at(c: char) -> bool {
    matches!(c, '@' | '＠' | '﹫')
}

/// Whether an address is meant: not with a sign that stands alone, as in `Jane @ Acme`.
pub(super) fn has_at(text: &str) -> bool {
    text.split_whitespace().any(|word| word.contains(is_at) && !word.chars().all(is_at))
}

/// A sign of a text, and whether it is quoted.
pub(super) struct Quoting {
    pub at: usize,
    pub sign: char,
    /// Whether it opens or closes a quote.
    pub is_quote: bool,
    /// Whether what follows is quoted.
    pub inside: bool,
}

/// The signs of a text with their quoting: a quote behind a backslash is none.
pub(super) fn with_quotes(text: &str) -> impl Iterator<Item = Quoting> {
    let (mut inside, mut escaped) = (false, false);
    text.char_indices().map(move |(at, sign)| {
        let is_quote = is_quote(sign) && !escaped;
        inside ^= is_quote;
        escaped = inside && sign == '\\' && !escaped;
        Quoting { at, sign, is_quote, inside }
    })
}
