//! What can be an organization's name.

use crate::address::Domain;
use crate::stray_secret;
use crate::visible_text::{NOT_VISIBLE, is_visible};

/// An organization's name: 2 to 60 characters, one line, nothing that a mail program would make a link of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Parses what was typed; white space around it is dropped.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let name = text.trim();
        stray_secret::refuse(name)?;
        if !(2..=60).contains(&name.chars().count()) {
            return Err("Use 2 to 60 characters.");
        }
        if name.chars().any(|c| c.is_control() || c == '\u{2028}' || c == '\u{2029}') {
            return Err("Use plain characters on one line.");
        }
        if !is_visible(name) {
            return Err(NOT_VISIBLE);
        }
        if name.contains("://") || name.contains('/') || name.split_whitespace().any(is_web_address) {
            return Err("A name can't be a web address.");
        }
        Ok(Self(name.to_owned()))
    }

    /// What an organization of one person is called whose name can't be an organization's.
    pub fn personal() -> Self {
        Self("Personal".to_owned())
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_web_address(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    Domain::parse(word)
        .is_ok_and(|domain| domain.as_str().rsplit('.').next().is_some_and(|top| top.len() > 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_kept() {
        for (text, name) in [
            (" Acme Inc. ", "Acme Inc."),
            ("Büro & Söhne", "Büro & Söhne"),
            ("A.B. Smith", "A.B. Smith"),
            ("علی\u{200c}رضا", "علی\u{200c}رضا"),
            ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
        ] {
            assert_eq!(Name::parse(text).as_ref().map(Name::as_str), Ok(name));
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_a_sentence() {
        for text in [
            "",
            " a ",
            "a\r\nBcc: x",
            "https://evil.test",
            "evil.com/reset",
            "Visit evil.com now",
            "a\u{202e}b",
            "ad\u{200d}min",
            "Acme\u{3164}",
            "\u{ad}Acme",
            "\u{61c}Acme",
            "Acme\u{e0041}",
            "Acme \u{f8ff}",
            "Acme \u{10fffd}",
            "Acme \u{378}",
            "ع\u{200d}لی",
            "4\u{200c}2",
        ] {
            assert!(Name::parse(text).is_err(), "{text:?}");
        }
        assert!(Name::parse(&"x".repeat(61)).is_err());
    }
}
