//! What people read: the README stays an entrance, its map is true, and links lead somewhere.

use std::collections::BTreeSet;
use std::path::Path;

use super::links::files;

const README: &str = include_str!("../../README.md");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const MOST_WORDS: usize = 1500;

/// Every page that people read, by its path.
fn pages() -> Vec<(String, String)> {
    let beside = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
        .into_iter()
        .map(|name| (name.to_owned(), std::fs::read_to_string(Path::new(ROOT).join(name)).expect("a page")));
    beside
        .chain(files("docs").into_iter().filter(|(name, _)| name.rsplit('.').next() == Some("md")))
        .collect()
}

/// As GitHub makes it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

/// Where a page can be entered.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with("## ") || line.starts_with("### "));
    let named = page.split("<a id=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    headings.map(|line| anchor(line.trim_start_matches('#'))).chain(named).collect()
}

#[test]
fn the_readme_is_an_entrance() {
    let words = README.split_whitespace().count();
    assert!(words <= MOST_WORDS, "{words} words");
}

#[test]
fn every_link_of_a_page_leads_to_a_file_and_a_place_in_it() {
    for (name, text) in pages() {
        let links = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
        for link in links.filter(|link| !link.contains("://")) {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let folder = Path::new(ROOT).join(&name).parent().expect("a folder").to_owned();
            let target = if file.is_empty() { Path::new(ROOT).join(&name) } else { folder.join(file) };
            assert!(target.exists(), "{name}: {link}");
            let is_there = || anchors(&std::fs::read_to_string(&target).expect("a page")).contains(place);
            assert!(place.is_empty() || is_there(), "{name}: {link}");
        }
    }
}

#[test]
fn the_map_names_every_folder_and_no_other() {
    let map = README.split("```").find(|block| block.contains("src/cli/")).expect("the map");
    let root = Path::new(ROOT);
    for path in map.split_whitespace().filter(|word| word.starts_with("src/") && !word.contains('*')) {
        assert!(root.join(path).exists(), "{path} is on the map alone");
    }
    for entry in std::fs::read_dir(root.join("src")).expect("sources").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(!entry.path().is_dir() || map.contains(&format!("{name}/")), "{name} is missing on the map");
    }
}
