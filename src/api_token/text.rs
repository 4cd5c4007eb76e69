//! The text of a token: `gh_`, 10 characters by which people tell it from others, 48 that no one can guess, and a check
//! sum. By that, scanners of secrets and typing errors are told without asking anyone (rule 10.2).

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use secrecy::{ExposeSecret, SecretString};

use crate::random;

/// How every token begins.
const BEGINNING: &str = "gh_";
/// The characters of the name, of the secret, and of the check sum.
const NAME: usize = 10;
const SECRET: usize = 48;
const CHECK: usize = 7;
/// The alphabet of RFC 4648's base 32 in lower case: no character has to be escaped anywhere, and a double click selects
/// the whole.
const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz234567";
/// Made once: every request that shows a token has its check sum looked at.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str(ALPHABET);
    specification.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
});

/// A token, as its owner has it. Never logged, never kept.
#[derive(Clone)]
pub struct TokenText(SecretString);

impl TokenText {
    /// A new one: 240 random bits.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let (name, secret) = (random::bytes()?, random::bytes()?);
        let mut text = BEGINNING.to_owned();
        text.extend(BASE32.encode(&name).chars().take(NAME));
        text.extend(BASE32.encode(&secret).chars().take(SECRET));
        let check = check(&text);
        Ok(Self(SecretString::from(text + &check)))
    }

    /// The token that `text` is; none for what can't be one.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == BEGINNING.len() + NAME + SECRET + CHECK
            && text.starts_with(BEGINNING)
            && text.bytes().skip(BEGINNING.len()).all(|byte| ALPHABET.as_bytes().contains(&byte));
        let (front, end) = text.split_at_checked(text.len().checked_sub(CHECK)?)?;
        (well_formed && end == check(front)).then(|| Self(SecretString::from(text)))
    }

    /// Whether a text is meant to be one of ours, well-formed or not.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(BEGINNING)
    }

    /// How it begins: that is no secret.
    pub fn prefix(&self) -> &str {
        &self.0.expose_secret()[..BEGINNING.len() + NAME]
    }

    /// What is stored of it. It is found by this, so that how long the answer takes tells nothing of the secret: of two
    /// tokens that differ in one character, the hashes have nothing in common.
    pub fn hash(&self) -> String {
        random::hash(self.0.expose_secret())
    }

    /// The token itself, for the one page that shows it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// CRC-32 (ISO 3309) of what is in front of it.
fn check(front: &str) -> String {
    BASE32.encode(&crc32fast::hash(front.as_bytes()).to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_no_two_are_the_same() {
        let (one, other) = (TokenText::generate().expect("one"), TokenText::generate().expect("another"));
        assert_ne!(one.expose(), other.expose());
        assert_ne!(one.prefix(), other.prefix());
        assert_eq!(one.expose().len(), 68);
        let back = TokenText::parse(one.expose()).expect("the same");
        assert_eq!((back.hash(), back.prefix()), (one.hash(), one.prefix()));
        assert_eq!(one.prefix().len(), 13);
    }

    // K01
    #[test]
    fn a_typing_error_anywhere_is_noticed() {
        let token = TokenText::generate().expect("a token");
        for place in 0..token.expose().len() {
            for other in ['a', '7', 'A', ' ', 'ä'] {
                let mut wrong: Vec<char> = token.expose().chars().collect();
                if wrong[place] == other {
                    continue;
                }
                wrong[place] = other;
                let wrong: String = wrong.into_iter().collect();
                assert!(TokenText::parse(&wrong).is_none(), "{place} {other}");
            }
        }
        for wrong in ["", "gh_", &token.expose()[1..], &format!("{}a", token.expose()), &"gh_".repeat(40)] {
            assert!(TokenText::parse(wrong).is_none(), "{wrong}");
        }
    }
}
