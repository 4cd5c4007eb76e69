//! What templates can't say.

use super::links::files;

/// askama 0.16.1 renders such a block wrongly when it is asked for alone.
#[test]
fn no_block_stands_inside_a_condition_or_a_loop() {
    for (name, text) in files("templates") {
        let mut around: Vec<&str> = Vec::new();
        for tag in text.split("{%").skip(1) {
            match tag.trim_start_matches('-').split_whitespace().next().unwrap_or_default() {
                "block" => {
                    assert!(around.iter().all(|tag| *tag == "block"), "{name}: a block inside {around:?}");
                    around.push("block");
                }
                begun @ ("if" | "for" | "match") => around.push(begun),
                end if end.starts_with("end") => drop(around.pop()),
                _ => {}
            }
        }
        assert!(around.is_empty(), "{name}: {around:?} without an end");
    }
}
