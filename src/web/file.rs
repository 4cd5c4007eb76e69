//! Lists as files: lines of text that are streamed part by part, so that a long list needs no more memory than a page.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use futures_util::{Stream, StreamExt, TryStreamExt};
use serde::Serialize;

use crate::error::{Error, Result};

/// By which Excel knows a file for UTF-8.
const UTF_8: &str = "\u{feff}";
/// What a formula begins with; some spreadsheets read the wide ones of East Asian keyboards, too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
/// What ends a cell for some: where a comma marks decimals, files are separated by semicolons.
const ENDS: [char; 5] = [';', '\t', '\n', '\r', '|'];

/// The media type of JSON lines.
pub const JSON_LINES: &str = "application/x-ndjson";

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
}

impl Format {
    /// Reads the name in addresses.
    ///
    /// # Errors
    /// 422 for another name.
    pub fn parse(text: &str) -> Result<Self> {
        let format = [Self::Csv, Self::JsonLines].into_iter().find(|format| format.name() == text);
        format.ok_or_else(|| Error::invalid("format", "Use csv or jsonl."))
    }

    /// The name in addresses, which files end on.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => JSON_LINES,
        }
    }

    /// The answer that carries the file `name`, without its ending.
    pub fn attachment(
        self,
        name: &str,
        parts: impl Stream<Item = Result<Vec<u8>>> + 'static,
    ) -> HttpResponse {
        let disposition = format!("attachment; filename=\"{name}.{}\"", self.name());
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, self.media_type()))
            .insert_header((CONTENT_DISPOSITION, disposition))
            .insert_header((CACHE_CONTROL, "no-store"))
            .streaming(parts.map_ok(web::Bytes::from))
    }
}

/// The bytes of rows that are read part by part: `lines` is given each part, and whether it is the first.
pub fn written<T>(
    parts: impl Stream<Item = Result<Vec<T>>>,
    lines: impl Fn(Vec<T>, bool) -> Result<Vec<u8>>,
) -> impl Stream<Item = Result<Vec<u8>>> {
    parts.enumerate().map(move |(number, part)| lines(part?, number == 0))
}

/// Lines of JSON, one for each row.
///
/// # Errors
/// When a row can't be described as JSON, which is a fault of ours.
pub fn json_lines<T: Serialize>(rows: impl IntoIterator<Item = T>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut bytes, &row).map_err(|e| broken(&e))?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// Lines of CSV (RFC 4180), with `head` first if there is one, behind the mark by which spreadsheets know UTF-8. No cell
/// is a formula for one, whatever it takes for the end of a cell.
///
/// # Errors
/// When memory runs out.
pub fn csv<const N: usize>(
    head: Option<[&str; N]>,
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Vec<u8>> {
    let mark = if head.is_some() { UTF_8.as_bytes() } else { &[] };
    let mut writer = csv::WriterBuilder::new();
    let writer = writer.terminator(csv::Terminator::CRLF).quote_style(csv::QuoteStyle::Always);
    let mut writer = writer.from_writer(mark.to_vec());
    if let Some(head) = head {
        writer.write_record(head).map_err(|e| broken(&e))?;
    }
    for row in rows {
        writer.write_record(row.map(|cell| harmless(&cell))).map_err(|e| broken(&e))?;
    }
    writer.into_inner().map_err(|e| broken(&e))
}

fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::Internal(format!("a file: {error}"))
}

/// A cell with an apostrophe before each sign that begins a formula where a spreadsheet may see the beginning of a cell:
/// at the front, and behind what some take for the end of one.
fn harmless(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut may_begin = true;
    for char in cell.chars() {
        if may_begin && FORMULA.contains(&char) {
            text.push('\'');
        }
        may_begin =
            ENDS.contains(&char) || may_begin && (char.is_whitespace() || char.is_control() || char == '"');
        text.push(char);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\u{ff1d}1", "\u{ff0b}1", "\u{ff0d}1", "\u{ff20}A"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
            assert_eq!(harmless(&format!("Ada;{cell}")), format!("Ada;'{cell}"));
            assert_eq!(harmless(&format!("\t {cell}")), format!("\t '{cell}"));
        }
        for cell in ["", "ada@acme.test", "1-1", "'=1", "Doe, -Jane", "a=b"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    /// The cells that a program sees which separates by `end`.
    fn cells(file: &[u8], end: u8) -> Vec<String> {
        let file = file.strip_prefix(UTF_8.as_bytes()).expect("the mark of UTF-8");
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).delimiter(end);
        let rows = reader.from_reader(file).into_byte_records().map(|row| row.expect("a row"));
        rows.flat_map(|row| {
            row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect::<Vec<_>>()
        })
        .collect()
    }

    proptest! {
        #[test]
        fn in_no_dialect_is_a_cell_a_formula(
            rows in prop::collection::vec(prop::array::uniform2("[=+@＝＋－＠;,\"'\t\r\n |a-]{0,8}"), 1..4)
        ) {
            let file = csv(Some(["Name", "Address"]), rows.clone()).expect("a file");
            for end in *b",;\t" {
                for cell in cells(&file, end) {
                    let begins = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
                    prop_assert!(!begins.starts_with(FORMULA), "{cell:?} of {rows:?} by {:?}", end as char);
                }
            }
            let read = cells(&file, b',').split_off(2).concat().replace('\'', "");
            let written: String = rows.concat().concat().replace('\'', "");
            prop_assert_eq!(read, written, "nothing else has changed");
        }
    }
}
