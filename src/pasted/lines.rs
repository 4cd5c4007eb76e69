//! The lines of a paste, as a person sees them: a quoted cell of a spreadsheet can go on over several, and the numbers of
//! a list are not part of them.

use super::signs::{ends_cell, ends_line, has_at, is_quote, with_quotes};

/// How many cells of a row have line breaks, and how many one of them has, at most: it takes time to look for their ends.
const CELLS: usize = 20;
const BREAKS: usize = 1000;

/// The lines that hold anything.
pub(super) fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text.trim_start_matches(ends_line);
    while !rest.is_empty() {
        let (line, others) = rest.split_at(end_of_row(rest));
        lines.push(line);
        rest = others.trim_start_matches(ends_line);
    }
    lines.retain(|line| !line.trim().is_empty());
    without_numbers(lines)
}

/// Where the first row ends: behind the line in which its last quoted cell does.
fn end_of_row(text: &str) -> usize {
    let mut end = end_of_line(text, 0);
    for _ in 0..CELLS {
        let Some(closed) = open_cell(&text[..end]).and_then(|at| end_of_cell(text, at)) else { break };
        end = end_of_line(text, closed);
    }
    end
}

fn end_of_line(text: &str, from: usize) -> usize {
    text[from..].find(ends_line).map_or(text.len(), |length| from + length)
}

/// Where a quote opens a cell that does not end here. A doubled quote opens none.
fn open_cell(line: &str) -> Option<usize> {
    let mut opened = None;
    for it in with_quotes(line).filter(|it| it.is_quote) {
        let is_doubled = line[it.at + it.sign.len_utf8()..].starts_with(is_quote);
        if it.inside {
            opened = opened.or(Some(it.at));
        } else if !is_doubled {
            opened = None;
        }
    }
    opened.filter(|at| {
        let before = line[..*at].trim_end_matches(' ');
        before.is_empty() || before.ends_with(ends_cell)
    })
}

/// Where the quote that opens at `at` ends, if its cell ends there, too. A doubled quote does not end it.
fn end_of_cell(text: &str, at: usize) -> Option<usize> {
    let mut breaks = 0;
    for it in with_quotes(&text[at..]) {
        breaks += usize::from(ends_line(it.sign));
        let behind = at + it.at + it.sign.len_utf8();
        let after = &text[behind..];
        if breaks > BREAKS {
            return None;
        }
        if it.is_quote && !it.inside && !after.starts_with(is_quote) {
            let after = after.trim_start_matches(' ');
            let is_end = after.is_empty() || after.starts_with(|c| ends_cell(c) || ends_line(c));
            return is_end.then_some(behind);
        }
    }
    None
}

/// Without `1.`, `2.`, `3.`, if that is how all lines begin: `1.sam@acme.com` alone is an address.
fn without_numbers(lines: Vec<&str>) -> Vec<&str> {
    let numbers: Vec<u32> =
        lines.iter().filter_map(|line| numbered(line)).map(|(number, _)| number).collect();
    let counts_up =
        numbers.len() > 1 && numbers.iter().zip(1..).all(|(number, expected)| *number == expected);
    let all = lines.iter().filter(|line| has_at(line)).all(|line| numbered(line).is_some());
    if !(counts_up && all) {
        return lines;
    }
    lines.into_iter().map(|line| numbered(line).map_or(line, |(_, rest)| rest)).collect()
}

/// The number before a line, and the line without it.
fn numbered(line: &str) -> Option<(u32, &str)> {
    let (number, rest) = line.trim_start().split_once('.')?;
    let is_number = number.bytes().all(|b| b.is_ascii_digit());
    Some((number.parse().ok().filter(|_| is_number)?, rest))
}
