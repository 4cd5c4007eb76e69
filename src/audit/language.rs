//! The same questions in one line: `actor:ada@acme.test action:user.role_changed after:2026-11-01`.
//!
//! A line is another way to write what the fields say, word for field, and is read into the same [`Query`]. Words
//! are separated by spaces; a value with a space in it stands in quotes, where `\"` and `\\` mean themselves.
//! `after:` is from that day on, `before:` until the end of the day before it.

use std::collections::BTreeMap;

use super::form::{LAST_BEFORE_FIRST, Query, RawQuery, beginning, day};
use super::words::{self, GROUPS};
use crate::error::FieldErrors;

/// The words that a line is made of, in the order in which a line is written back.
const KEYS: [Key; 6] = [
    Key { name: "actor", field: "who" },
    Key { name: "action", field: "what" },
    Key { name: "target", field: "target" },
    Key { name: "outcome", field: "outcome" },
    Key { name: "after", field: "from" },
    Key { name: "before", field: "to" },
];
/// Problems that are told at once; the rest comes when these are solved.
const MOST: usize = 5;
/// As much of a word as a sentence repeats, in characters.
const LONGEST: usize = 60;

/// A word and the field of the form that means the same.
struct Key {
    name: &'static str,
    field: &'static str,
}

/// A word of a line.
struct Word<'a> {
    key: &'a str,
    value: String,
    /// All of it, as it was typed.
    typed: &'a str,
}

/// Reads a line.
///
/// # Errors
/// Under `q`, a sentence about each word that makes no sense.
pub fn parse(line: &str) -> Result<Query, FieldErrors> {
    let mut typed = BTreeMap::new();
    let mut values = BTreeMap::new();
    let mut problems = Vec::new();
    for word in words(line) {
        match word.and_then(|word| Ok((field(&word, &typed)?, word))) {
            Ok((key, word)) => {
                typed.insert(key.field, word.typed);
                values.insert(key.field, value(key, word.value));
            }
            Err(problem) => problems.push(problem),
        }
    }
    let query = fields(values).parse_fields();
    let explained = |(field, sentences): (String, Vec<String>)| {
        explain(&field, typed.get(field.as_str()).copied().unwrap_or_default(), &sentences)
    };
    match query {
        Ok(query) if problems.is_empty() => Ok(query),
        Ok(_) => Err(told(problems)),
        Err(errors) => Err(told(problems.into_iter().chain(errors.into_iter().map(explained)))),
    }
}

/// Writes a query as a line, the same one for the same query; its place in the log has no words.
pub fn write(query: &Query) -> String {
    let pairs = query.pairs();
    let value = |key: &Key| match key.field {
        "to" => query.to.and_then(|day| day.succ_opt()).map(|day| day.to_string()),
        field => pairs.get(field).cloned(),
    };
    let word = |key: &Key| value(key).map(|value| format!("{}:{}", key.name, quoted(&value)));
    KEYS.iter().filter_map(word).collect::<Vec<_>>().join(" ")
}

/// What a word may begin with or be, for those who type.
pub fn offers() -> impl Iterator<Item = String> {
    let keys = KEYS.iter().map(|key| format!("{}:", key.name));
    let outcomes = super::Outcome::ALL.iter().map(|outcome| format!("outcome:{}", outcome.name()));
    let actions = |group: &words::Group| {
        let names = group.actions.iter().map(|(name, _)| *name);
        std::iter::once(group.name).chain(names).map(|name| format!("action:{name}")).collect::<Vec<_>>()
    };
    keys.chain(outcomes).chain(GROUPS.iter().flat_map(actions))
}

/// The words of a line, or sentences about those that have no end.
fn words(line: &str) -> impl Iterator<Item = Result<Word<'_>, String>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.trim_start();
        let (length, word) = first(start)?;
        rest = start.get(length..).unwrap_or_default();
        Some(word)
    })
}

/// The first word and its length.
fn first(line: &str) -> Option<(usize, Result<Word<'_>, String>)> {
    let plain = line.find(char::is_whitespace).unwrap_or(line.len());
    let typed = line.get(..plain).filter(|typed| !typed.is_empty())?;
    let Some((key, value)) = typed.split_once(':') else {
        return Some((plain, Ok(Word { key: "", value: String::new(), typed })));
    };
    if !value.starts_with('"') {
        return Some((plain, Ok(Word { key, value: value.to_owned(), typed })));
    }
    let begin = key.len() + ":".len();
    let unclosed = || format!("{} has no closing quote.", named(line));
    let Some((value, length)) = line.get(begin..).and_then(unquoted) else {
        return Some((line.len(), Err(unclosed())));
    };
    let end = begin + length;
    let typed = line.get(..end).unwrap_or_default();
    let is_apart = line.get(end..).is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace));
    let apart = || format!("There is no space behind {}.", named(typed));
    Some((end, if is_apart { Ok(Word { key, value, typed }) } else { Err(apart()) }))
}

/// What a quoted text means that stands at the beginning of `text`, and its length with the quotes.
fn unquoted(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, at + 1)),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

fn quoted(value: &str) -> String {
    if !value.starts_with('"') && !value.contains(char::is_whitespace) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The key of a word, or why it can't stand there.
fn field(word: &Word<'_>, typed: &BTreeMap<&str, &str>) -> Result<&'static Key, String> {
    let Some(key) = KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(word.key)) else {
        return Err(format!(
            "{} is nothing to look for. Write actor:, action:, target:, outcome:, after: or before: in front of it.",
            named(word.typed)
        ));
    };
    if beginning(&word.value).is_empty() {
        return Err(format!("{} has no value. Put it right behind the colon.", named(word.typed)));
    }
    match typed.get(key.field) {
        Some(first) => Err(format!("{} and {} can’t both be asked for.", named(first), named(word.typed))),
        None => Ok(key),
    }
}

/// What the field says that means the same. The last day of a form is the one before that of a line.
fn value(key: &Key, value: String) -> String {
    match key.field {
        "to" => day(&value).and_then(|day| day.pred_opt()).map_or(value, |day| day.to_string()),
        _ => value,
    }
}

fn fields(mut values: BTreeMap<&str, String>) -> RawQuery {
    let mut field = |name| values.remove(name).unwrap_or_default();
    RawQuery {
        who: field("who"),
        what: field("what"),
        target: field("target"),
        outcome: field("outcome"),
        from: field("from"),
        to: field("to"),
        ..RawQuery::default()
    }
}

/// What is wrong with a word whose field can't be read.
fn explain(field: &str, typed: &str, sentences: &[String]) -> String {
    if sentences.iter().any(|sentence| sentence == LAST_BEFORE_FIRST) {
        return "before: has to be a later day than after:.".to_owned();
    }
    if field != "what" {
        return format!("{}: {}", named(typed), sentences.join(" "));
    }
    let groups = GROUPS.iter().map(|group| group.name).collect::<Vec<_>>().join(", ");
    format!("{} is no action. Use one such as user.role_changed, or a group: {groups}.", named(typed))
}

fn named(typed: &str) -> String {
    let mut letters = typed.chars().filter(|c| !c.is_control());
    let shown: String = letters.by_ref().take(LONGEST).collect();
    let more = if letters.next().is_some() { "…" } else { "" };
    format!("“{shown}{more}”")
}

fn told(problems: impl IntoIterator<Item = String>) -> FieldErrors {
    FieldErrors::from([("q".to_owned(), problems.into_iter().take(MOST).collect())])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
        let raw = RawQuery {
            who: "Ada@".to_owned(),
            what: "users".to_owned(),
            outcome: "done".to_owned(),
            from: "2026-11-01".to_owned(),
            to: "2026-11-20".to_owned(),
            target: "Acme Rockets".to_owned(),
            ..RawQuery::default()
        };
        let line = r#"actor:ada@ action:users outcome:done after:2026-11-01 before:2026-11-21 target:"Acme Rockets""#;
        assert_eq!(parse(line), raw.parse());
    }

    #[test]
    fn what_makes_no_sense_is_named_with_what_is_possible() {
        for (line, sentence) in [
            (
                "sam",
                "“sam” is nothing to look for. Write actor:, action:, target:, outcome:, after: or before: in front of it.",
            ),
            ("who:sam", "“who:sam” is nothing to look for."),
            (":x", "“:x” is nothing to look for."),
            ("actor:", "“actor:” has no value. Put it right behind the colon."),
            (
                "target:  x",
                "“target:” has no value. Put it right behind the colon. “x” is nothing to look for.",
            ),
            (r#"actor:"  ""#, "has no value."),
            ("actor:a outcome:done actor:b", "“actor:a” and “actor:b” can’t both be asked for."),
            (
                "action:nonsense",
                "“action:nonsense” is no action. Use one such as user.role_changed, or a group: sign-in,",
            ),
            ("outcome:maybe", "“outcome:maybe”: The outcome is done or refused."),
            ("after:yesterday", "“after:yesterday”: Use a date like 2026-11-21."),
            ("after:2026-02-30", "“after:2026-02-30”: Use a date like 2026-11-21."),
            ("before:9999-12-31", "“before:9999-12-31”: Use a date"),
            ("before:0001-01-01", "“before:0001-01-01”: Use a date"),
            ("after:2026-11-02 before:2026-11-02", "before: has to be a later day than after:."),
            (r#"target:"Acme"#, "“target:\"Acme” has no closing quote."),
            (r#"target:"Acme\"#, "has no closing quote."),
            (r#"target:"Acme"x"#, "There is no space behind “target:\"Acme\"”."),
        ] {
            assert!(problems(line).contains(sentence), "{line}: {}", problems(line));
        }
        let many = "x ".repeat(2_000);
        assert_eq!(parse(&many).expect_err("sentences")["q"].len(), MOST);
        assert!(problems(&"x".repeat(5_000)).chars().count() < 200);
    }

    #[test]
    fn every_word_that_is_offered_can_be_asked_for() {
        let whole: Vec<String> = offers().filter(|word| !word.ends_with(':')).collect();
        assert!(whole.len() > 50);
        assert!(whole.iter().all(|word| written(word) == *word));
    }

    fn raw() -> impl Strategy<Value = RawQuery> {
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
        (text(), what, outcome, day(), day(), text()).prop_map(|(who, what, outcome, from, to, target)| {
            RawQuery { who, what, outcome: outcome.to_owned(), from, to, target, ..RawQuery::default() }
        })
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
}
