//! What the environment knows of LLM providers: keys, by the names that their own tools use, and addresses.

use std::collections::HashMap;

use secrecy::SecretString;
use url::Url;

use super::error::{ConfigError, Result};
use super::source::Source;
use crate::llm::catalog::PROVIDERS;
use crate::llm::{ApiKey, KnownProvider, LlmProvider};

/// Keys and addresses by the provider's id.
#[derive(Default)]
pub struct LlmConfig {
    keys: HashMap<&'static str, ApiKey>,
    addresses: HashMap<&'static str, Url>,
}

impl LlmConfig {
    /// The key that organizations without one of their own use.
    pub fn key(&self, provider: &LlmProvider) -> Option<ApiKey> {
        self.keys.get(provider.id()).cloned()
    }

    /// Where the operator says that the provider is.
    pub fn address(&self, provider: &LlmProvider) -> Option<&Url> {
        self.addresses.get(provider.id())
    }

    /// All addresses that the operator has given.
    pub fn addresses(&self) -> impl Iterator<Item = &Url> {
        self.addresses.values()
    }
}

pub fn read(source: &mut Source) -> Result<LlmConfig> {
    let mut config = LlmConfig::default();
    for provider in &PROVIDERS {
        if let Some(key) = key(source, provider)? {
            config.keys.insert(provider.id, key);
        }
        let setting = format!("LLM__{}__BASE_URL", provider.setting());
        if let Some(address) = source.optional(&setting, address)? {
            config.addresses.insert(provider.id, address);
        }
    }
    Ok(config)
}

fn key(source: &mut Source, provider: &KnownProvider) -> Result<Option<ApiKey>> {
    let Some(text) = source.shared_secret(provider.variable)? else { return Ok(None) };
    let wrong = |problem: &str| ConfigError {
        variable: provider.variable.to_owned(),
        problem: format!("can't be the key of {}: {problem}", provider.label),
    };
    ApiKey::parse(&SecretString::from(text)).map(Some).map_err(wrong)
}

fn address(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text).map_err(|e| e.to_string())?;
    let bare = url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !bare || !anonymous {
        return Err("must be an http or https address without credentials, `?` and `#`".to_owned());
    }
    Ok(url)
}
