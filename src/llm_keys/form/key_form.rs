//! The fields as they come, and what they mean.

use secrecy::SecretString;
use serde::Deserialize;

use super::key_request::KeyRequest;
use crate::error::FieldErrors;
use crate::llm::{ApiKey, BaseUrl, Family, LlmProvider, NotAKey, without_secrets};
use crate::name::Name;
use crate::stray_secret;

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
    /// Whose key it may look like: what has been asked about, and confirmed.
    #[serde(default)]
    pub confirmed_provider: String,
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
        let name =
            self.is_custom().then(|| Name::parse(&self.name).map_err(|sentence| note("name", sentence)).ok());
        let Some(provider) = self.provider(name.as_ref().and_then(Option::as_ref)) else {
            note("name", "Use at least one letter or digit.");
            return Err(errors);
        };
        let has_own = provider.own_address().is_some();
        let base_url =
            has_own.then(|| self.address(&provider).map_err(|sentence| note("baseUrl", sentence)).ok());
        let base_url = base_url.flatten();
        let has_moved = present.is_some_and(|present| is_elsewhere(&provider, present, base_url.as_ref()));
        let key = self.sound_key(has_moved).map_err(|sentence| note("key", &sentence));
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

    fn address(&self, provider: &LlmProvider) -> Result<BaseUrl, &'static str> {
        // What stands behind these signs is cut off, and never kept.
        let used = self.base_url.split(['?', '#']).next().unwrap_or_default();
        stray_secret::refuse(used)?;
        provider.base_url(&self.base_url)
    }

    fn sound_key(&self, has_moved: bool) -> Result<ApiKey, String> {
        let key = ApiKey::parse(&self.key).map_err(|problem| match problem {
            NotAKey::Nothing if has_moved => NEW_ADDRESS.to_owned(),
            _ => problem.to_string(),
        })?;
        self.doubt().map_or(Ok(key), |family| Err(family.sentence()))
    }

    /// Whose key it looks like, if that is another provider's, and no one has said that it is meant.
    pub fn doubt(&self) -> Option<Family> {
        let (provider, key) = (LlmProvider::parse(&self.provider)?, ApiKey::parse(&self.key).ok()?);
        key.looks_like(&provider).filter(|family| family.id != self.confirmed_provider)
    }

    /// The address that was typed, as the form shows it again: only what is used of it, and never a secret in it.
    pub fn shown_address(&self) -> String {
        let provider = LlmProvider::parse(&self.provider).or_else(|| LlmProvider::named(NEW_CUSTOM));
        match provider.map(|provider| provider.base_url(&self.base_url)) {
            Some(Ok(base)) if base.is_cut => base.url.to_string(),
            Some(Ok(_)) => self.base_url.clone(),
            _ => without_secrets(&self.base_url),
        }
    }

    /// Whose key it is: of a custom provider that is not there yet, the one of this name, as far as that can be read.
    fn provider(&self, name: Option<&Name>) -> Option<LlmProvider> {
        if self.provider == NEW_CUSTOM {
            LlmProvider::named(name.map_or(NEW_CUSTOM, Name::as_str))
        } else {
            LlmProvider::parse(&self.provider)
        }
    }

    /// Whether it is about a server of the organization's own.
    pub fn is_custom(&self) -> bool {
        self.provider == NEW_CUSTOM
            || matches!(LlmProvider::parse(&self.provider), Some(LlmProvider::Custom(_)))
    }
}

/// Whether an address is another one than that of the `present` key.
fn is_elsewhere(provider: &LlmProvider, present: &str, base_url: Option<&BaseUrl>) -> bool {
    let present = provider.base_url(present).ok();
    present.as_ref().map(|base| &base.url) != base_url.map(|base| &base.url)
}
