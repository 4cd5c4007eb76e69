//! A key, as far as it may be seen.

use secrecy::{ExposeSecret, SecretString};

use super::family::Family;
use super::not_a_key::{self, NotAKey};
use super::provider::LlmProvider;

/// So short a key would be half told by its last four characters.
const SHORT: usize = 12;

/// The key of a provider. Shows itself to no one: what is written of it is `[REDACTED]`.
#[derive(Clone, Debug)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Reads what was pasted; blanks and invisible characters around it are left out.
    ///
    /// # Errors
    /// What it is instead of a key.
    pub fn parse(pasted: &SecretString) -> Result<Self, NotAKey> {
        Ok(Self(SecretString::from(not_a_key::read(pasted.expose_secret())?)))
    }

    /// A key as it was stored: what is taken today is no matter to one that was taken then.
    pub fn stored(text: &str) -> Self {
        Self(SecretString::from(text))
    }

    /// The key itself: for sealing and for its provider, and for no one else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Its last four characters, which admins see (rule 4.3); nothing of a short one.
    pub fn last_four(&self) -> &str {
        let text = self.expose();
        if text.len() < SHORT { "" } else { &text[text.len() - 4..] }
    }

    /// Whose key it is by its beginning, if not one of `provider`; a server of one's own takes any.
    pub fn looks_like(&self, provider: &LlmProvider) -> Option<Family> {
        let own = provider.known()?.id;
        Family::of(self.expose()).filter(|family| family.id != own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ApiKey, NotAKey> {
        ApiKey::parse(&SecretString::from(text))
    }

    #[test]
    fn a_key_is_taken_without_the_blanks_around_it() {
        assert_eq!(parse(" sk-ant-0123456789\n").expect("a key").expose(), "sk-ant-0123456789");
        assert_eq!(parse("a=b==").expect("a key").expose(), "a=b==");
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
        assert_eq!(like("hf_0123456789", "mistral"), Some("huggingface"));
        assert_eq!(like("sk-ant-0123456789", "anthropic"), None);
        assert_eq!(like("sk-svcacct-0123456789", "openai"), None);
        assert_eq!(like("0123456789abcdef", "openai"), None);
        assert_eq!(like("sk-ant-0123456789", "custom-proxy"), None);
    }

    #[test]
    fn what_was_stored_before_it_was_refused_is_still_a_key() {
        assert_eq!(ApiKey::stored("sk-xxxxxxxx").expose(), "sk-xxxxxxxx");
    }

    #[test]
    fn nothing_of_a_key_is_written_by_accident() {
        let key = parse("sk-ant-0123456789").expect("a key");
        assert!(!format!("{key:?}").contains("6789"));
    }
}
