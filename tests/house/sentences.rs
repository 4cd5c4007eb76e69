//! Every sentence that a person can meet, in one committed file: a reader can judge them at a glance, and a change shows.
//! `UPDATE_SENTENCES=1 cargo test sentences` writes the file again, for a human to read the diff.

mod code;
mod page;

use std::collections::BTreeSet;
use std::fmt::Write;

use super::links::files;
use crate::web::support::on_one_line;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sentences.txt");

#[test]
fn every_sentence_that_a_person_can_meet_is_listed() {
    let listed = list();
    if std::env::var("UPDATE_SENTENCES").is_ok() {
        std::fs::write(FILE, &listed).expect("written");
    }
    let committed = std::fs::read_to_string(FILE).expect("docs/sentences.txt");
    let (now, then): (BTreeSet<&str>, BTreeSet<&str>) =
        (listed.lines().collect(), committed.lines().collect());
    let (new, gone): (Vec<_>, Vec<_>) = (now.difference(&then).collect(), then.difference(&now).collect());
    assert!(
        listed == committed,
        "new: {new:#?}\ngone: {gone:#?}\nUPDATE_SENTENCES=1 writes docs/sentences.txt"
    );
}

/// By file: what its pages, mails, answers, scripts and commands say.
fn list() -> String {
    let mut listed = String::new();
    for (name, text) in ["templates", "static/app.js", "src"].into_iter().flat_map(read) {
        let mut said = match name.rsplit('.').next() {
            Some("rs") if is_of_tests(&name) => continue,
            Some("rs") => code::sentences(&text),
            Some("html" | "txt") => page::sentences(&text),
            Some("js") => quoted(&text),
            _ => continue,
        };
        let mut seen = BTreeSet::new();
        said.retain(|sentence| seen.insert(sentence.clone()));
        if !said.is_empty() {
            write!(listed, "{name}\n\t{}\n", said.join("\n\t")).expect("a text");
        }
    }
    listed
}

fn read(place: &str) -> Vec<(String, String)> {
    match place.rsplit_once('/') {
        Some((folder, _)) => files(folder).into_iter().filter(|(name, _)| name == place).collect(),
        None => files(place),
    }
}

fn is_of_tests(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/")
}

/// The sentences of a script.
fn quoted(text: &str) -> Vec<String> {
    let code = text.lines().map(|line| line.split("// ").next().unwrap_or_default());
    let texts = code.flat_map(|line| line.split(['"', '`']).skip(1).step_by(2).map(on_one_line));
    texts.filter(|text| text.starts_with(char::is_uppercase) && code::is_sentence(text)).collect()
}
