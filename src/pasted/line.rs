//! One line: its cells, and which of them are meant as addresses.

use super::cell;
use super::found::Found;
use super::signs::{ends_cell, ends_line, has_at, is_of_table, is_quote, opens, with_quotes};
use crate::visible_text::turns_around;

/// Why a line without an address stays.
const NO_ADDRESS: &str = "No email address here.";
/// Why a line that shows something else than it says stays.
const TURNED_AROUND: &str = "This has characters that reverse text. Type it again.";
/// What stands above a list, or before it.
const HEADINGS: [&str; 12] = [
    "email",
    "emails",
    "e-mail",
    "e-mails",
    "mail",
    "address",
    "addresses",
    "email address",
    "email addresses",
    "to",
    "cc",
    "bcc",
];

/// A part of a line, and what ends it.
struct Cell<'a> {
    text: &'a str,
    end: Option<char>,
}

/// A line and its cells.
pub(super) struct Line<'a> {
    text: &'a str,
    cells: Vec<Cell<'a>>,
}

/// Whether lines are the rows of a table with one address each: of the other cells none is meant as an address.
pub(super) fn is_table(lines: &[Line]) -> bool {
    let columns = lines.first().map_or(0, |line| line.cells.len());
    let is_row = |line: &Line| line.cells.len() == columns && line.addresses() <= 1;
    lines.len() > 1 && columns > 1 && lines.iter().all(is_row)
}

/// Whether the first line names columns: one of them is that of the addresses.
pub(super) fn has_header(lines: &[Line]) -> bool {
    let [first, second, ..] = lines else { return false };
    let has_columns = first.cells.len() > 1 && first.cells.len() == second.cells.len();
    let names_addresses = first.cells.iter().any(|cell| names_addresses(cell.text));
    first.addresses() == 0 && second.addresses() > 0 && has_columns && names_addresses
}

/// A word for mail addresses: `Email`, `Work e-mail`, `E-Mail-Adresse`, `Adresse`.
fn names_addresses(heading: &str) -> bool {
    let heading = heading.to_lowercase();
    !heading.contains('.')
        && ["mail", "address", "adress", "correo"].iter().any(|word| heading.contains(word))
}

impl<'a> Line<'a> {
    /// A line, cut into its cells.
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, cells: cells(text) }
    }

    fn addresses(&self) -> usize {
        self.cells.iter().filter(|cell| has_at(cell.text)).count()
    }

    /// What the line comes to.
    pub(super) fn read(&self, is_row: bool) -> Found {
        if self.text.contains(turns_around) {
            return Found::bad(self.text, TURNED_AROUND);
        }
        if self.addresses() == 0 {
            return if is_said(self.text) { Found::bad(self.text, NO_ADDRESS) } else { Found::default() };
        }
        let mut found = Found::default();
        let is_row = is_row || self.cells.iter().any(|cell| cell.end.is_some_and(is_of_table));
        for (n, cell) in self.cells.iter().enumerate() {
            if has_at(cell.text) {
                found.add(cell::read(cell.text));
            } else if !is_row && self.is_meant(n) {
                found.add(Found::bad(cell.text, NO_ADDRESS));
            }
        }
        self.whole_if_alone(found)
    }

    /// A bad part comes with the line around it, unless something of the line was taken.
    fn whole_if_alone(&self, found: Found) -> Found {
        match found.bad.as_slice() {
            [bad] if found.addresses.is_empty() => Found::bad(self.text, &bad.problem),
            _ => found,
        }
    }

    /// Whether a cell without an address is likely to be meant as one: a small word between commas, what looks like a
    /// domain, and what stands by itself between semicolons. Names are not.
    fn is_meant(&self, n: usize) -> bool {
        let text = self.cells[n].text.trim();
        if text.is_empty() {
            return false;
        }
        let is_surname =
            self.cells.get(n + 1).is_some_and(|next| has_at(next.text) && next.text.contains(opens));
        !is_surname && (is_small_word(text) || has_domain(text) || self.is_between_semicolons(n))
    }

    /// As mail programs write those whom they don't know: `Dana <d@x.test>; Ben Roe; …`.
    fn is_between_semicolons(&self, n: usize) -> bool {
        let ends = |cell: &Cell| cell.end.is_some_and(|sign| matches!(sign, ';' | '；'));
        let before = n.checked_sub(1).is_none_or(|before| ends(&self.cells[before]));
        let last = self.cells[n].end.is_none();
        self.addresses() > 1 && before && (last || ends(&self.cells[n])) && is_said(self.cells[n].text)
    }
}

fn is_small_word(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_+".contains(c);
    word.chars().all(is_part)
        && word.contains(|c: char| c.is_ascii_lowercase())
        && !word.ends_with('.')
        && word != "and"
}

/// `Ben.x.test`, `ben at x.test`, `ben(at)x.test`: a dot between letters, and two at the end.
fn has_domain(text: &str) -> bool {
    let words = text.split(|c: char| c.is_whitespace() || "()[]{}<>".contains(c));
    words.into_iter().any(|word| {
        let labels: Vec<&str> = word.split('.').collect();
        let is_last = |label: &&str| label.chars().count() > 1 && label.chars().all(char::is_alphabetic);
        labels.len() > 1 && labels.iter().all(|label| !label.is_empty()) && labels.last().is_some_and(is_last)
    })
}

/// Whether a line without an address says anything: not a bullet, a number or a heading.
fn is_said(text: &str) -> bool {
    let plain = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    plain.contains(char::is_alphabetic) && !HEADINGS.contains(&plain.as_str())
}

/// The cells of a text: what is quoted is not cut, unless all of a cell is quoted and holds addresses.
fn cells(text: &str) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    let mut from = 0;
    for (at, sign) in cuts(text) {
        add(&mut cells, Cell { text: &text[from..at], end: Some(sign) });
        from = at + sign.len_utf8();
    }
    add(&mut cells, Cell { text: &text[from..], end: None });
    cells
}

fn add<'a>(cells: &mut Vec<Cell<'a>>, cell: Cell<'a>) {
    match quoted(cell.text).filter(|inside| has_at(inside) && inside.contains(ends)) {
        Some(inside) => cells.extend(self::cells(inside)),
        None => cells.push(cell),
    }
}

/// What a cell that is quoted as a whole holds.
fn quoted(cell: &str) -> Option<&str> {
    let inside = cell.trim().strip_prefix(is_quote)?.strip_suffix(is_quote)?;
    (!inside.contains(is_quote)).then_some(inside)
}

/// Where cells end. Quotes count only where each has its other.
fn cuts(text: &str) -> Vec<(usize, char)> {
    let is_balanced = !with_quotes(text).last().is_some_and(|last| last.inside);
    let cuts = with_quotes(text).filter(|it| ends(it.sign) && !(is_balanced && it.inside));
    cuts.map(|it| (it.at, it.sign)).collect()
}

/// Ends a cell, or a line inside of a quoted one.
fn ends(c: char) -> bool {
    ends_cell(c) || ends_line(c)
}
