//! An answer as it comes in, byte by byte, whatever its form.
//!
//! We can't use lettre's parser here. It rejects an answer that is not UTF-8, ends in a bare LF, has a code without a space
//! after it or one like 571, or has a line of more than 1,000 bytes: a mail that the server has accepted then counts as
//! refused, and is sent again and again.

use super::reply::Reply;

/// How much of a line is kept, in bytes. The text of a longer line is dropped, not cut, so that no half of a secret is left
/// at its end.
const LONGEST_LINE: usize = 4096;
/// How many lines are kept.
const MOST_LINES: usize = 50;

/// What has arrived of an answer so far.
#[derive(Default)]
pub(super) struct Incoming {
    line: Vec<u8>,
    code: Option<u16>,
    lines: Vec<String>,
    /// The first line that had no code.
    stray: Option<String>,
    is_whole: bool,
}

/// One line: its code, whether others follow, and its text.
struct Line<'a> {
    code: u16,
    goes_on: bool,
    text: &'a [u8],
}

impl Incoming {
    /// Takes what is part of the answer, and returns how many bytes that was.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while !self.is_whole && taken < bytes.len() {
            let byte = bytes[taken];
            taken += 1;
            match byte {
                b'\n' => self.end_line(),
                _ if self.line.len() <= LONGEST_LINE => self.line.push(byte),
                _ => {}
            }
        }
        taken
    }

    /// Whether the last line has arrived.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Continues with lines that were sent together with the last one: some servers forget the hyphens. They can't be
    /// anything else, as nothing else was asked.
    pub fn go_on_with(&mut self, next: &[u8]) {
        let is_same = |code: u16| next.starts_with(code.to_string().as_bytes());
        self.is_whole = !self.code.is_some_and(is_same);
    }

    /// The answer, once nothing more arrives: the three digits of a code are enough. The error is what had no code.
    pub fn finish(mut self) -> Result<Reply, Option<String>> {
        if !self.line.is_empty() {
            self.end_line();
        }
        match self.code {
            Some(code) => Ok(Reply { code, lines: self.lines }),
            None => Err(self.stray),
        }
    }

    /// The last line's code counts, should they differ. A line without a code among others is only text.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let is_cut = line.len() > LONGEST_LINE;
        let Some(Line { code, goes_on, text }) = split(&line) else {
            let said = if is_cut { &[][..] } else { line.trim_ascii() };
            self.stray = self.stray.take().or_else(|| (!said.is_empty()).then(|| decode(said)));
            return;
        };
        self.code = Some(code);
        self.is_whole = !goes_on;
        if self.lines.len() < MOST_LINES && !text.is_empty() && !is_cut {
            self.lines.push(decode(text));
        }
    }
}

/// Three digits, and no fourth. A hyphen behind them has others follow; anything else does not.
fn split(line: &[u8]) -> Option<Line<'_>> {
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) || rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    let text = match rest {
        [separator, text @ ..] if separator.is_ascii() && !separator.is_ascii_alphanumeric() => text,
        _ => rest,
    };
    Some(Line { code, goes_on: rest.first() == Some(&b'-'), text: text.trim_ascii() })
}

/// UTF-8, or else each byte as the letter that it is in Latin-1: wrong for other encodings, and no loss.
fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}
