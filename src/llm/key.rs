//! A key, as far as it may be seen.

use secrecy::{ExposeSecret, SecretString};

use super::catalog::PROVIDERS;
use super::known_provider::KnownProvider;
use super::provider::LlmProvider;

/// The longest that is taken, in bytes: the longest of today's have some two hundred.
const LONGEST: usize = 4096;
/// So short a key would be half told by its last four characters.
const SHORT: usize = 12;

/// The key of a provider. Shows itself to nobody: what is written of it is `[REDACTED]`.
#[derive(Clone, Debug)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Reads what was pasted; blanks around it are left out.
    ///
    /// # Errors
    /// A sentence, when it is empty, too long, or can't be a key.
    pub fn parse(pasted: &SecretString) -> Result<Self, &'static str> {
        let text = pasted.expose_secret().trim();
        let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
        match text {
            "" => Err("Paste the key."),
            _ if text.len() > LONGEST => Err("This is too long for a key."),
            _ if is_assignment(text) => Err("Paste the key alone, without its name and the equals sign."),
            _ if text.starts_with("Bearer ") => Err("Paste the key alone, without “Bearer”."),
            _ if text.starts_with(is_quote) => Err("Paste the key alone, without quotes."),
            _ if text.contains(char::is_whitespace) => Err("A key has no blanks in it."),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err("A key has only plain letters, digits and signs in it.")
            }
            _ => Ok(Self(SecretString::from(text))),
        }
    }

    /// The key itself: for sealing and for its provider, and for nobody else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Its last four characters, which admins see (rule 4.3); nothing of a short one.
    pub fn last_four(&self) -> &str {
        let text = self.expose();
        if text.len() < SHORT { "" } else { &text[text.len() - 4..] }
    }

    /// Another provider whose keys begin like this one, while those of `provider` do not.
    pub fn looks_like(&self, provider: &LlmProvider) -> Option<&'static KnownProvider> {
        let begins =
            |known: &KnownProvider| !known.prefix.is_empty() && self.expose().starts_with(known.prefix);
        let own = provider.known()?;
        if begins(own) {
            return None;
        }
        PROVIDERS.iter().find(|other| begins(other))
    }
}

/// `OPENAI_API_KEY=sk-…`, with or without `export`.
fn is_assignment(text: &str) -> bool {
    let text = text.strip_prefix("export ").unwrap_or(text);
    let is_name = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            && name.contains('_')
    };
    text.split_once('=').is_some_and(|(name, _)| is_name(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ApiKey, &'static str> {
        ApiKey::parse(&SecretString::from(text))
    }

    #[test]
    fn a_key_is_taken_without_the_blanks_around_it() {
        assert_eq!(parse(" sk-ant-0123456789\n").expect("a key").expose(), "sk-ant-0123456789");
        assert_eq!(parse("a=b==").expect("a key").expose(), "a=b==");
    }

    #[test]
    fn what_can_be_no_key_is_refused_in_a_sentence_without_it() {
        let long = "k".repeat(4097);
        let wrong = [
            "",
            "  ",
            "OPENAI_API_KEY=sk-1",
            "export OPENAI_API_KEY=sk-1",
            "Bearer sk-1",
            "\"sk-1\"",
            "sk 1",
            "sk-\u{e9}",
            "sk-\0",
            &long,
        ];
        for text in wrong {
            let sentence = parse(text).expect_err(text);
            assert!(sentence.ends_with('.') && !sentence.contains("sk-1"), "{sentence}");
        }
    }

    #[test]
    fn four_characters_are_shown_of_a_long_key_and_none_of_a_short_one() {
        assert_eq!(parse("sk-ant-0123456789").expect("a key").last_four(), "6789");
        assert_eq!(parse("ollama").expect("a key").last_four(), "");
    }

    #[test]
    fn a_key_of_another_provider_is_noticed() {
        let like = |key: &str, id: &str| {
            let provider = LlmProvider::parse(id).expect("a provider");
            parse(key).expect("a key").looks_like(&provider).map(|other| other.id)
        };
        assert_eq!(like("sk-ant-0123456789", "openai"), Some("anthropic"));
        assert_eq!(like("sk-proj-0123456789", "anthropic"), Some("openai"));
        assert_eq!(like("sk-ant-0123456789", "anthropic"), None);
        assert_eq!(like("0123456789abcdef", "openai"), None);
        assert_eq!(like("sk-ant-0123456789", "custom-proxy"), None);
    }

    #[test]
    fn nothing_of_a_key_is_written_by_accident() {
        let key = parse("sk-ant-0123456789").expect("a key");
        assert!(!format!("{key:?}").contains("6789"));
    }
}
