//! Lists of addresses as people paste them: a line each, cells of a spreadsheet, what a mail program copies, with names,
//! bullets and punctuation around. Every address that a person sees there is found, and no other: what can be read in
//! two ways is left to the person who pasted it (rule 2.7, threat G10).

mod cell;
mod found;
mod line;
mod lines;
mod signs;
#[cfg(test)]
mod tests;
mod word;

use std::collections::HashSet;

use crate::address::EmailAddress;
pub use found::Bad;
use found::Found;
use line::Line;

/// What was pasted, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// Each once, in the order in which they came.
    pub addresses: Vec<EmailAddress>,
    /// How many came more than once.
    pub doubles: usize,
    pub bad: Vec<Bad>,
}

impl Pasted {
    /// Reads what was pasted.
    pub fn read(text: &str) -> Self {
        let lines: Vec<Line> = lines::lines(text).into_iter().map(Line::of).collect();
        let mut found = Found::default();
        let is_table = line::is_table(&lines);
        for line in lines.iter().skip(usize::from(line::has_header(&lines))) {
            found.add(line.read(is_table));
        }
        Self::once_each(found)
    }

    fn once_each(found: Found) -> Self {
        let all = found.addresses.len();
        let mut seen = HashSet::new();
        let addresses: Vec<EmailAddress> =
            found.addresses.into_iter().filter(|address| seen.insert(address.clone())).collect();
        let mut named = HashSet::new();
        let bad = found.bad.into_iter().filter(|bad| named.insert(bad.text.clone())).collect();
        Self { doubles: all - addresses.len(), addresses, bad }
    }

    /// The bad parts alone, one below the other, to be corrected.
    pub fn left(&self) -> String {
        self.bad.iter().map(|bad| bad.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}
