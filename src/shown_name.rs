//! Names in mails. People choose their names, and mail programs make links of what looks like an address: a name
//! never becomes one, nor a header (M01, M02, M07).

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use crate::visible_text::{is_hidden, visible};

/// As much of a name as a mail shows, in characters.
const LONGEST: usize = 80;

/// A name on one line that no mail program makes a link of: `evil.com` becomes `evil[.]com`, `https://x`
/// becomes `https[:]//x`, `a@b` becomes `a[at]b`, `=?utf-8?…?=` is no encoded word any more. Other names stay
/// as they are: `J.R. Smith`, `Dr. Ana`.
pub fn harmless(name: &str) -> String {
    let short: String = one_line(name).chars().take(LONGEST).collect();
    let letters: Vec<char> = visible(&short).chars().collect();
    let mut safe = String::with_capacity(name.len());
    for (n, letter) in letters.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| letters.get(n)).copied();
        let rest = &letters[n + 1..];
        match letter {
            '.' | '\u{2024}' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' if joins_labels(before, rest) => {
                safe.push_str("[.]");
            }
            ':' | '\u{ff1a}' if is_part(before) && rest.first().is_some_and(|c| !c.is_whitespace()) => {
                safe.push_str("[:]");
            }
            '@' | '\u{ff20}' if is_part(before) && is_part(rest.first().copied()) => safe.push_str("[at]"),
            '?' if before == Some('=') => safe.push_str(" ?"),
            other => safe.push(*other),
        }
    }
    safe
}

/// Without control characters, without characters that show nothing or turn the direction of what follows, and
/// with single spaces.
pub fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible(&plain).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Up to two letters for a person's avatar; of a name without letters its first sign.
pub fn initials(name: &str) -> String {
    let mut words =
        name.split(|c| !is_of_word(c)).filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next().or_else(|| name.chars().next());
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// An address of which only its owner recognises the front: `s***@acme.com`.
pub fn masked(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    format!("{}***@{domain}", local.chars().take(1).collect::<String>())
}

/// Whether a dot stands between two labels of which the second may be a top-level domain or a part of a number.
fn joins_labels(before: Option<char>, rest: &[char]) -> bool {
    let label = rest.iter().take_while(|c| is_part(Some(**c))).count();
    let is_number = rest.first().is_some_and(char::is_ascii_digit);
    is_part(before) && (label >= 2 || is_number)
}

fn is_part(letter: Option<char>) -> bool {
    letter.is_some_and(|c| is_of_word(c) || c == '-' || c == '_')
}

/// Letters, digits, and what stands on them or joins them.
fn is_of_word(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new();
    c.is_alphanumeric() || is_hidden(c) || GeneralCategoryGroup::Mark.contains(category.get(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_as_they_are() {
        for name in [
            "Ana",
            "J.R. Smith",
            "Dr. Ana Ruiz",
            "Büro & Söhne",
            "O'Neil: QA",
            "R/D",
            "R.K.",
            "A = B?",
            "علی\u{200c}رضا",
            "👨\u{200d}👩\u{200d}👧",
        ] {
            assert_eq!(harmless(name), name);
        }
    }

    #[test]
    fn a_name_that_looks_like_an_address_is_no_link() {
        for (name, shown) in [
            ("evil.com/reset", "evil[.]com/reset"),
            ("www.evil.co.uk", "www[.]evil[.]co[.]uk"),
            ("https://evil", "https[:]//evil"),
            ("tel:112", "tel[:]112"),
            ("ceo@acme.com", "ceo[at]acme[.]com"),
            ("192.0.2.10", "192[.]0[.]2[.]10"),
            ("evil\u{3002}com", "evil[.]com"),
            ("ev\u{200b}il.com", "evil[.]com"),
            ("ev\u{f8ff}il.co\u{378}m", "evil[.]com"),
            ("evil.c\u{34f}om", "evil[.]com"),
            (
                "\u{631}\u{636}\u{627}.\u{639}\u{200c}\u{644}\u{6cc}",
                "\u{631}\u{636}\u{627}[.]\u{639}\u{200c}\u{644}\u{6cc}",
            ),
            ("भारत.भ्र", "भारत[.]भ्र"),
        ] {
            assert_eq!(harmless(name), shown);
        }
    }

    #[test]
    fn a_name_is_one_line_and_no_encoded_word() {
        assert_eq!(harmless("Ana\r\nBcc: x"), "Ana Bcc: x");
        assert_eq!(harmless("a\u{202e}b\0c"), "ab c");
        assert!(!harmless("=?utf-8?q?=0D=0ABcc:x?=").contains("=?"));
        assert_eq!(harmless(&"x".repeat(500)).len(), LONGEST);
    }

    #[test]
    fn an_avatar_has_the_first_letters_of_the_first_and_the_last_word() {
        for (name, letters) in [
            ("Ana Maria Ruiz", "AR"),
            ("ana", "A"),
            ("\u{639}\u{644}\u{6cc}\u{200c}\u{631}\u{636}\u{627}", "\u{639}"),
            ("क्षितिज शर्मा", "कश"),
            ("👨\u{200d}👩\u{200d}👧", "👨"),
            ("", ""),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn an_address_is_masked() {
        assert_eq!(masked("sam@acme.com"), "s***@acme.com");
    }
}
