//! Every answer that the tests get, kept for comparing two versions of the product: `.ci/compare-pages` shows how.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use super::Answer;

/// Appends an answer to the file of the test that runs, in the folder `GATEHOUSE_TEST_RECORD`; without one, nothing.
pub fn note(asked: &str, answer: &Answer) {
    let Some(folder) = std::env::var_os("GATEHOUSE_TEST_RECORD").map(PathBuf::from) else { return };
    let test = std::thread::current().name().unwrap_or("other").replace("::", ".");
    let file: std::io::Result<File> =
        OpenOptions::new().create(true).append(true).open(folder.join(format!("{test}.txt")));
    let mut file = file.expect("a file of answers");
    let mut headers: Vec<String> =
        answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    let (status, headers, body) = (answer.status, headers.join("\n"), &answer.body);
    writeln!(file, "\n=== {asked}\n{status}\n{headers}\n\n{body}").expect("an answer is written");
}
