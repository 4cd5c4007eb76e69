//! What comments cite: each rule and each row has a line in `docs/rules.md` or `docs/threats.md`, and each line is cited.

mod comments;

use std::collections::{BTreeMap, BTreeSet};

use super::links::files;
use comments::{cited, comments};

const LINES: [&str; 2] = [include_str!("../../docs/rules.md"), include_str!("../../docs/threats.md")];
const CODE: [&str; 5] = ["benches", "migration/src", "src", "templates", "tests"];
/// Its comments are examples.
const READER: &str = "tests/house/citations/comments.rs";

/// What the code cites, each with a file that does.
fn citations() -> BTreeMap<String, String> {
    let code = CODE.into_iter().flat_map(files).filter(|(name, _)| name != READER);
    let of_file = |(name, text): (String, String)| {
        let cited = comments(&name, &text).iter().flat_map(|comment| cited(comment)).collect::<Vec<_>>();
        cited.into_iter().map(move |citation| (citation, name.clone()))
    };
    code.flat_map(of_file).collect()
}

/// What has a line: `- <a id="1.5"></a>**1.5** …`.
fn lines() -> BTreeSet<&'static str> {
    let lines = LINES.iter().flat_map(|page| page.lines());
    let lines = lines.filter_map(|line| line.strip_prefix("- <a id=\"")?.split_once("\"></a>**"));
    let named = lines.map(|(anchor, rest)| {
        let (name, text) = rest.split_once("** ").unwrap_or_default();
        assert!(anchor == name.to_lowercase() && text.len() > 10, "{anchor}: {rest}");
        name
    });
    named.collect()
}

/// What has a heading: `## 6. Many organizations`.
fn chapters() -> BTreeSet<&'static str> {
    let lines = LINES.iter().flat_map(|page| page.lines());
    lines.filter_map(|line| Some(line.strip_prefix("## ")?.split_once(". ")?.0)).collect()
}

#[test]
fn every_rule_and_row_that_code_cites_has_a_line_in_docs() {
    let (citations, lines, chapters) = (citations(), lines(), chapters());
    let is_there = |citation: &str| lines.contains(citation) || chapters.contains(citation);
    let lost: Vec<_> = citations.iter().filter(|(citation, _)| !is_there(citation)).collect();
    assert!(citations.len() > 100 && lost.is_empty(), "without a line in docs: {lost:?}");
}

#[test]
fn every_line_of_rules_and_threats_is_cited() {
    let citations = citations();
    let idle: Vec<_> = lines().into_iter().filter(|line| !citations.contains_key(*line)).collect();
    assert!(idle.is_empty(), "cited nowhere: {idle:?}");
}
