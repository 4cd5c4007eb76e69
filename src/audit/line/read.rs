//! Reading a line.

use std::collections::BTreeMap;

use super::key::{KEYS, Key, TEXT};
use super::words::{named, words};
use crate::audit::actions::GROUPS;
use crate::audit::form::{LAST_BEFORE_FIRST, RawEventQuery, beginning, day};
use crate::audit::query::EventQuery;
use crate::error::FieldErrors;

/// Problems that are told at once; the rest comes when these are solved.
pub const MOST: usize = 5;

impl RawEventQuery {
    /// Reads the line if there is one, else the fields.
    ///
    /// # Errors
    /// Sentences about the fields or words that make no sense.
    pub fn parse(&self) -> Result<EventQuery, FieldErrors> {
        match &self.q {
            Some(line) => parse(line),
            None => self.parse_fields(),
        }
    }
}

/// Reads a line. What has no key of ours before it is text.
///
/// # Errors
/// Under `q`, a sentence about each word that can't be meant.
pub fn parse(line: &str) -> Result<EventQuery, FieldErrors> {
    let mut typed: BTreeMap<&str, &str> = BTreeMap::new();
    let mut values = BTreeMap::new();
    let (mut texts, mut problems) = (Vec::new(), Vec::new());
    for word in words(line) {
        let Some(key) = KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(word.key)) else {
            texts.push(if word.key.is_empty() { word.value } else { word.typed.to_owned() });
            continue;
        };
        if key.field == TEXT {
            texts.push(word.value);
        } else if beginning(&word.value).is_empty() {
            // A key that is being typed asks for nothing yet.
        } else if let Some(first) = typed.insert(key.field, word.typed) {
            problems.push(format!("Use only one of {} and {}.", named(first), named(word.typed)));
        } else {
            values.insert(key.field, value(key, word.value));
        }
    }
    values.insert(TEXT, texts.join(" "));
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

/// What the field says that means the same. The last day of a form is the one before that of a line.
fn value(key: &Key, value: String) -> String {
    match key.field {
        "to" => day(&value).and_then(|day| day.pred_opt()).map_or(value, |day| day.to_string()),
        _ => value,
    }
}

fn fields(mut values: BTreeMap<&str, String>) -> RawEventQuery {
    let mut field = |name| values.remove(name).unwrap_or_default();
    RawEventQuery {
        who: field("who"),
        what: field("what"),
        target: field("target"),
        outcome: field("outcome"),
        from: field("from"),
        to: field("to"),
        text: field(TEXT),
        ..RawEventQuery::default()
    }
}

/// What is wrong with a word whose field can't be read.
fn explain(field: &str, typed: &str, sentences: &[String]) -> String {
    if sentences.iter().any(|sentence| sentence == LAST_BEFORE_FIRST) {
        return "before: must be later than after:.".to_owned();
    }
    if field == TEXT {
        return sentences.join(" ");
    }
    if field != "what" {
        return format!("{}: {}", named(typed), sentences.join(" "));
    }
    let groups = GROUPS.iter().map(|group| group.name).collect::<Vec<_>>().join(", ");
    format!("{} isn’t an action. Use one such as user.role_changed, or a group: {groups}.", named(typed))
}

fn told(problems: impl IntoIterator<Item = String>) -> FieldErrors {
    FieldErrors::from([("q".to_owned(), problems.into_iter().take(MOST).collect())])
}
