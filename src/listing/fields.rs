//! The fields of a query string, which come as texts, so that nonsense in one gets a sentence.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::error::FieldErrors;

/// As much of a search as is looked at, in characters.
const LONGEST: usize = 100;

/// What a field says; nothing for an empty one.
///
/// # Errors
/// `sentence` about the field where `parse` makes no sense of it.
pub fn optional<T>(
    field: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
    sentence: &str,
) -> Result<Option<T>, FieldErrors> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = parse(text).map(Some);
    parsed.ok_or_else(|| FieldErrors::from([(field.to_owned(), vec![sentence.to_owned()])]))
}

/// Reads a number of this range.
pub fn within<N: FromStr + PartialOrd>(range: RangeInclusive<N>) -> impl FnOnce(&str) -> Option<N> {
    move |text| text.parse().ok().filter(|number| range.contains(number))
}

/// As much of a search as is looked at, without the characters that nothing is called by.
pub fn line(text: &str, is_none: impl Fn(char) -> bool) -> String {
    text.trim().chars().filter(|c| !is_none(*c)).take(LONGEST).collect()
}

/// Sentences about all fields that make no sense, for forms that show them side by side.
#[derive(Default)]
pub struct Problems(FieldErrors);

impl Problems {
    /// What was read, or nothing and a problem more.
    pub fn note<T>(&mut self, read: Result<Option<T>, FieldErrors>) -> Option<T> {
        read.unwrap_or_else(|errors| {
            for (field, sentences) in errors {
                self.0.entry(field).or_default().extend(sentences);
            }
            None
        })
    }

    /// Says something about a field.
    pub fn add(&mut self, field: &str, sentence: &str) {
        self.0.entry(field.to_owned()).or_default().push(sentence.to_owned());
    }

    /// `read`, if all of it makes sense.
    ///
    /// # Errors
    /// The sentences.
    pub fn or<T>(self, read: T) -> Result<T, FieldErrors> {
        if self.0.is_empty() { Ok(read) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_field_says_nothing_and_nonsense_gets_a_sentence() {
        let limit = |text| optional("limit", text, within(1..=200_u64), "From 1 to 200.");
        assert_eq!(limit(""), Ok(None));
        assert_eq!(limit("200"), Ok(Some(200)));
        for text in ["0", "201", "-1", "9000000000000000000000", "NaN", " 1"] {
            assert_eq!(limit(text).expect_err(text)["limit"], ["From 1 to 200."]);
        }
    }

    #[test]
    fn problems_are_told_side_by_side() {
        let mut problems = Problems::default();
        assert_eq!(problems.note(optional("from", "1", within(2..=3), "Two or three.")), None);
        assert_eq!(problems.note(optional("to", "3", within(2..=3), "Two or three.")), Some(3));
        problems.add("from", "Really.");
        assert_eq!(problems.or(()).expect_err("sentences")["from"], ["Two or three.", "Really."]);
    }

    #[test]
    fn a_search_is_one_line_of_bounded_length() {
        assert_eq!(line(" a\0b\u{7}c ", char::is_control), "abc");
        assert_eq!(line(&"x".repeat(300), char::is_control).len(), LONGEST);
    }
}
