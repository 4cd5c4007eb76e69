//! Reading a line.

use std::collections::BTreeMap;

use super::key::{KEYS, Key};
use super::words::{Word, named, words};
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

/// Reads a line.
///
/// # Errors
/// Under `q`, a sentence about each word that makes no sense.
pub fn parse(line: &str) -> Result<EventQuery, FieldErrors> {
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

fn fields(mut values: BTreeMap<&str, String>) -> RawEventQuery {
    let mut field = |name| values.remove(name).unwrap_or_default();
    RawEventQuery {
        who: field("who"),
        what: field("what"),
        target: field("target"),
        outcome: field("outcome"),
        from: field("from"),
        to: field("to"),
        ..RawEventQuery::default()
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

fn told(problems: impl IntoIterator<Item = String>) -> FieldErrors {
    FieldErrors::from([("q".to_owned(), problems.into_iter().take(MOST).collect())])
}
