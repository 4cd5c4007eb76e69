//! The walks of `docs/walks.md`: anyone who follows one finds every file, and none twice.

use std::collections::BTreeSet;
use std::path::Path;

const WALKS: &str = include_str!("../../docs/walks.md");

/// The files of each walk, by its heading.
fn walks() -> Vec<(&'static str, Vec<&'static str>)> {
    let walk = |text: &'static str| {
        let (title, steps) = text.split_once('\n').unwrap_or_default();
        let files = steps.split('`').filter(|word| word.starts_with("src/"));
        (title, files.collect())
    };
    WALKS.split("\n## ").skip(1).map(walk).collect()
}

#[test]
fn each_walk_names_files_that_are_there_and_none_twice() {
    let walks = walks();
    assert_eq!(walks.len(), 5);
    for (title, files) in walks {
        assert!(files.len() > 5, "{title}");
        for file in &files {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file(), "{title}: {file}");
        }
        assert_eq!(files.iter().collect::<BTreeSet<_>>().len(), files.len(), "{title}");
    }
}
