//! The fields as they come, and what they mean.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::base_url::base_url;
use super::key_request::KeyRequest;
use crate::error::FieldErrors;
use crate::llm::{ApiKey, LlmProvider};
use crate::name::Name;

/// What the form's `provider` says for a custom provider that is not there yet.
pub const NEW_CUSTOM: &str = "custom";
/// Why the key is asked for again.
pub const NEW_ADDRESS: &str = "Enter the key again. We never send a stored key to a new address.";

/// The fields as they come.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct KeyForm {
    #[serde(default)]
    pub provider: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub base_url: String,
    #[serde(default)]
    pub key: SecretString,
}

impl KeyForm {
    /// Reads the fields; `present` is the address that the provider has now, if it has one of its own.
    ///
    /// # Errors
    /// Sentences by field.
    pub fn read(&self, present: Option<&str>) -> Result<KeyRequest, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut note = |field: &str, sentence: &str| {
            errors.entry(field.to_owned()).or_default().push(sentence.to_owned());
        };
        let is_custom = self.is_custom();
        let name = is_custom.then(|| Name::parse(&self.name).map_err(|sentence| note("name", sentence)).ok());
        let provider = match &name {
            Some(Some(name)) if self.provider == NEW_CUSTOM => LlmProvider::named(name.as_str()),
            Some(None) if self.provider == NEW_CUSTOM => LlmProvider::named(NEW_CUSTOM),
            _ => LlmProvider::parse(&self.provider),
        };
        let Some(provider) = provider else {
            note("name", "Use at least one letter or digit.");
            return Err(errors);
        };
        let has_own = provider.own_address().is_some();
        let base_url =
            has_own.then(|| base_url(&self.base_url).map_err(|sentence| note("baseUrl", sentence)).ok());
        let base_url = base_url.flatten();
        let moved = present.is_some() && base_url.as_ref().map(Url::as_str) != present;
        let key = ApiKey::parse(&self.key)
            .map_err(|sentence| note("key", if moved && self.has_no_key() { NEW_ADDRESS } else { sentence }));
        match key {
            Ok(key) if errors.is_empty() => Ok(KeyRequest {
                provider,
                name: name.flatten(),
                base_url,
                key,
                is_new: self.provider == NEW_CUSTOM,
            }),
            _ => Err(errors),
        }
    }

    /// Whether it is about a server of the organization's own.
    pub fn is_custom(&self) -> bool {
        self.provider == NEW_CUSTOM
            || matches!(LlmProvider::parse(&self.provider), Some(LlmProvider::Custom(_)))
    }

    fn has_no_key(&self) -> bool {
        self.key.expose_secret().trim().is_empty()
    }
}
