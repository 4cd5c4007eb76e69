//! Lists as files: lines of text that are streamed part by part, so that a long list needs no more memory than a page.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use futures_util::{Stream, StreamExt, TryStreamExt};
use serde::Serialize;

use crate::error::{Error, Result};

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
        format.ok_or_else(|| Error::invalid("format", "The format is csv or jsonl."))
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
            Self::JsonLines => "application/x-ndjson",
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

/// Lines of CSV (RFC 4180), with `head` first if there is one. No cell is a formula for a spreadsheet.
///
/// # Errors
/// When memory runs out.
pub fn csv<const N: usize>(
    head: Option<[&str; N]>,
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if let Some(head) = head {
        writer.write_record(head).map_err(|e| broken(&e))?;
    }
    for row in rows {
        writer.write_record(row.map(harmless)).map_err(|e| broken(&e))?;
    }
    writer.into_inner().map_err(|e| broken(&e))
}

fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::Internal(format!("a file: {error}"))
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(cell.to_owned()), format!("'{cell}"));
        }
        for cell in ["", "ada@acme.test", "1-1", " =1", "'=1"] {
            assert_eq!(harmless(cell.to_owned()), cell);
        }
    }
}
