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
                begun @ ("if" | "for" | "match" | "macro" | "call") => around.push(begun),
                end if end.starts_with("end") => drop(around.pop()),
                _ => {}
            }
        }
        assert!(around.is_empty(), "{name}: {around:?} without an end");
    }
}

/// A line that is longer is not read.
const LONGEST_LINE: usize = 140;

#[test]
fn no_line_of_a_template_or_of_the_style_sheet_is_long() {
    let style = files("static").into_iter().filter(|(name, _)| name == "static/app.css");
    for (name, text) in files("templates").into_iter().chain(style) {
        for (n, line) in text.lines().enumerate() {
            let length = line.chars().count();
            assert!(length <= LONGEST_LINE, "{name}:{}: {length} characters", n + 1);
        }
    }
}

/// Anyone who types a secret into a name gets the form back without it.
#[test]
fn what_was_typed_is_shown_again_without_secrets() {
    for (name, text) in files("templates") {
        let inputs = elements(&text, "<input", tag).filter(|input| shows_what_was_typed(input));
        let textareas =
            elements(&text, "<textarea", |rest| rest.split("</textarea>").next().unwrap_or_default());
        let textareas =
            textareas.filter(|textarea| textarea.contains("{{") && !textarea.contains(" readonly"));
        for field in inputs.chain(textareas) {
            assert!(field.contains("{{ crate::stray_secret::kept("), "{name}: {field}");
        }
    }
}

/// Whether a person has typed the value of an `input`.
fn shows_what_was_typed(input: &str) -> bool {
    let is_chosen =
        ["hidden", "checkbox", "radio"].iter().any(|kind| input.contains(&format!("type=\"{kind}\"")));
    input.contains("value=\"") && !is_chosen && !input.contains(" readonly")
}

/// What begins with `start`, each as far as `end` says.
fn elements<'t>(
    text: &'t str,
    start: &'t str,
    end: impl Fn(&'t str) -> &'t str + 't,
) -> impl Iterator<Item = &'t str> {
    text.match_indices(start).map(move |(at, _)| end(&text[at..]))
}

/// A tag as far as it goes; `>` in an expression does not end it.
fn tag(text: &str) -> &str {
    let mut depth = 0;
    let end = text.bytes().zip(text.bytes().skip(1)).position(|pair| {
        match pair {
            (b'{', b'{' | b'%') => depth += 1,
            (b'}' | b'%', b'}') => depth -= 1,
            _ => {}
        }
        depth == 0 && pair.0 == b'>'
    });
    end.map_or(text, |end| &text[..end])
}

#[test]
fn no_branch_is_empty() {
    for (name, text) in files("templates") {
        for condition in text.split("{% if ").skip(1).chain(text.split("{%- if ").skip(1)) {
            let branch = condition.split_once("%}").map_or("", |(_, branch)| branch.trim_start());
            let is_empty =
                ["{% else", "{%- else", "{% elif", "{%- elif"].iter().any(|end| branch.starts_with(end));
            assert!(!is_empty, "{name}: {}", condition.lines().next().unwrap_or_default());
        }
    }
}

#[test]
fn a_list_begins_outside_of_its_loop() {
    for (name, text) in files("templates") {
        for inside in text.split("if loop.first %}").skip(1) {
            assert!(!inside.trim_start().starts_with('<'), "{name}: ask whether there is any");
        }
    }
}
