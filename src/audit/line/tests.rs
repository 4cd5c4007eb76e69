//! A line and the fields say the same.

use proptest::prelude::*;

use super::read::{MOST, parse};
use super::write::{offers, write};
use crate::audit::actions::GROUPS;
use crate::audit::form::RawEventQuery;

fn written(line: &str) -> String {
    write(&parse(line).unwrap_or_else(|problems| panic!("{line}: {problems:?}")))
}

fn problems(line: &str) -> String {
    parse(line).map(|query| write(&query)).expect_err(line)["q"].join(" ")
}

#[test]
fn a_line_is_read_and_written_in_one_form() {
    for (line, canonical) in [
        ("", ""),
        ("  \t ", ""),
        ("actor:sam", "actor:sam"),
        ("Actor:SAM@Acme.test", "actor:sam@acme.test"),
        ("outcome:refused actor:sam", "actor:sam outcome:refused"),
        (
            "before:2026-11-21 after:2026-11-01 target:key action:user.role_changed",
            "action:user.role_changed target:key after:2026-11-01 before:2026-11-21",
        ),
        ("action:sign-in\u{a0}outcome:done", "action:sign-in outcome:done"),
        (r#"target:"Acme Rockets""#, r#"target:"Acme Rockets""#),
        (r#"target:"Acme""#, "target:Acme"),
        (r#"target:"say \"hi\" \\o/""#, r#"target:"say \"hi\" \\o/""#),
        (r#"target:5"-nails"#, r#"target:5"-nails"#),
        (r#"target:"\"quoted\"""#, r#"target:"\"quoted\"""#),
        ("target:https://x.test:1", "target:https://x.test:1"),
        (r"target:C:\x", r"target:C:\x"),
        (r#"actor:"operator (cli:root)""#, r#"actor:"operator (cli:root)""#),
    ] {
        assert_eq!(written(line), canonical, "{line}");
        assert_eq!(written(canonical), canonical, "{line}");
    }
}

#[test]
fn a_line_means_what_the_fields_mean() {
    let raw = RawEventQuery {
        who: "Ada@".to_owned(),
        what: "users".to_owned(),
        outcome: "done".to_owned(),
        from: "2026-11-01".to_owned(),
        to: "2026-11-20".to_owned(),
        target: "Acme Rockets".to_owned(),
        ..RawEventQuery::default()
    };
    let line =
        r#"actor:ada@ action:users outcome:done after:2026-11-01 before:2026-11-21 target:"Acme Rockets""#;
    assert_eq!(parse(line), raw.parse());
}

#[test]
fn what_has_no_key_of_ours_is_text() {
    for (line, canonical) in [
        ("sam", "sam"),
        ("Lena  Müller", "Lena Müller"),
        (r#""Acme Rockets""#, "Acme Rockets"),
        ("who:sam", "text:who:sam"),
        ("who:sam x", r#"text:"who:sam x""#),
        (":x", "text::x"),
        ("text:actor:sam", "text:actor:sam"),
        ("deactivated actor:ada x", "actor:ada deactivated x"),
        ("actor:", ""),
        ("target:  x", "x"),
        (r#"actor:"  ""#, ""),
        (r#"target:"Acme"#, "target:Acme"),
        (r#"target:"Acme\"#, "target:Acme"),
        (r#"target:"Acme"x"#, "target:Acme x"),
        ("5\"-nails", r#"text:5"-nails"#),
    ] {
        assert_eq!(written(line), canonical, "{line}");
        assert_eq!(written(canonical), canonical, "{line}");
    }
    assert_eq!(parse(&"x ".repeat(2_000)).expect("text").text.len(), 99, "no more than is looked for");
}

#[test]
fn what_makes_no_sense_is_named_with_what_is_possible() {
    for (line, sentence) in [
        ("actor:a outcome:done actor:b", "Use only one of “actor:a” and “actor:b”."),
        (
            "action:nonsense",
            "“action:nonsense” isn’t an action. Use one such as user.role_changed, or a group: sign-in,",
        ),
        ("outcome:maybe", "“outcome:maybe”: Use done or refused."),
        ("after:yesterday", "“after:yesterday”: Use a date like 2026-11-21."),
        ("after:2026-02-30", "“after:2026-02-30”: Use a date like 2026-11-21."),
        ("before:9999-12-31", "“before:9999-12-31”: Use a date"),
        ("before:0001-01-01", "“before:0001-01-01”: Use a date"),
        ("after:2026-11-02 before:2026-11-02", "before: must be later than after:."),
        ("sk-proj-0123456789abcdefghijklmn", "This looks like a secret key. The log holds none."),
    ] {
        assert!(problems(line).contains(sentence), "{line}: {}", problems(line));
    }
    let many = "actor:x ".repeat(2_000);
    assert_eq!(parse(&many).expect_err("sentences")["q"].len(), MOST);
    assert!(problems(&format!("action:{}", "x".repeat(5_000))).chars().count() < 250);
}

#[test]
fn every_word_that_is_offered_can_be_asked_for() {
    let whole: Vec<String> =
        offers(crate::tenancy::Tenancy::Multi).filter(|word| !word.ends_with(':')).collect();
    assert!(whole.len() > 50);
    assert!(whole.iter().all(|word| written(word) == *word));
}

fn raw() -> impl Strategy<Value = RawEventQuery> {
    let text = || prop_oneof![Just(String::new()), any::<String>(), r#"[ "\\:a-zΣİ]{0,8}"#];
    let what = prop_oneof![
        Just(String::new()),
        proptest::sample::select(GROUPS.iter().map(|group| group.name.to_owned()).collect::<Vec<_>>()),
        r"[a-z_.]{0,5}\.[a-z_.]{0,5}",
    ];
    let outcome = proptest::sample::select(vec!["", "done", "refused"]);
    let day = || {
        prop_oneof![
            Just(String::new()),
            (1..9999, 1..=12, 1..=28).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"))
        ]
    };
    (text(), what, outcome, day(), day(), text(), text()).prop_map(
        |(who, what, outcome, from, to, target, text)| RawEventQuery {
            who,
            what,
            outcome: outcome.to_owned(),
            from,
            to,
            target,
            text,
            ..RawEventQuery::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn what_is_written_is_read_as_the_same_query(raw in raw()) {
        if let Ok(query) = raw.parse() {
            prop_assert_eq!(parse(&write(&query)), Ok(query));
        }
    }

    #[test]
    fn any_line_is_read_or_explained(line in r#"([a-z]{0,6}|actor|target|before)?:?["\\]?\PC{0,10}"#) {
        match parse(&line) {
            Ok(query) => prop_assert_eq!(parse(&write(&query)), Ok(query)),
            Err(problems) => prop_assert!(problems["q"].iter().all(|sentence| sentence.ends_with('.'))),
        }
    }
}
