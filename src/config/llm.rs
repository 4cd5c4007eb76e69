//! What the environment knows of LLM providers: keys, by the names that their own tools use, and addresses.

use std::collections::HashMap;

use secrecy::SecretString;
use url::Url;

use super::error::{ConfigError, Result};
use super::source::Source;
use crate::llm::catalog::PROVIDERS;
use crate::llm::{ApiKey, BaseUrl, KnownProvider, LlmProvider, NotAKey};

/// Keys and addresses by the provider's id.
#[derive(Default)]
pub struct LlmConfig {
    keys: HashMap<&'static str, ApiKey>,
    addresses: HashMap<&'static str, BaseUrl>,
    placeholders: Vec<&'static str>,
}

impl LlmConfig {
    /// The key that organizations without one of their own use.
    pub fn key(&self, provider: &LlmProvider) -> Option<ApiKey> {
        self.keys.get(provider.id()).cloned()
    }

    /// Where the operator says that the provider is.
    pub fn address(&self, provider: &LlmProvider) -> Option<&Url> {
        self.addresses.get(provider.id()).map(|base| &base.url)
    }

    /// Variables that hold a placeholder, a line each.
    pub fn placeholders(&self) -> Vec<String> {
        let line = |variable: &&str| format!("{variable} holds a placeholder, not a key. It is passed over");
        self.placeholders.iter().map(line).collect()
    }

    /// All addresses that the operator has given.
    pub fn addresses(&self) -> impl Iterator<Item = &Url> {
        self.addresses.values().map(|base| &base.url)
    }

    /// The addresses of which only the base was taken, by the provider's id.
    pub fn cut_addresses(&self) -> impl Iterator<Item = (&'static str, &Url)> {
        self.addresses.iter().filter(|(_, base)| base.is_cut).map(|(id, base)| (*id, &base.url))
    }
}

pub fn read(source: &mut Source) -> Result<LlmConfig> {
    let mut config = LlmConfig::default();
    for provider in &PROVIDERS {
        match key(source, provider)? {
            Given::Key(key) => drop(config.keys.insert(provider.id, key)),
            Given::Placeholder => config.placeholders.push(provider.variable),
            Given::Nothing => {}
        }
        let setting = format!("LLM__{}__BASE_URL", provider.setting());
        let base = |text: &str| provider.base_url(text).map_err(str::to_owned);
        if let Some(address) = source.optional(&setting, base)? {
            config.addresses.insert(provider.id, address);
        }
    }
    Ok(config)
}

/// What a variable holds that is not ours alone.
enum Given {
    Key(ApiKey),
    /// What another program's example has in place of a key.
    Placeholder,
    Nothing,
}

fn key(source: &mut Source, provider: &KnownProvider) -> Result<Given> {
    let Some(text) = source.shared_secret(provider.variable)? else { return Ok(Given::Nothing) };
    match ApiKey::parse(&SecretString::from(text)) {
        Ok(key) => Ok(Given::Key(key)),
        Err(NotAKey::Placeholder | NotAKey::Masked) => Ok(Given::Placeholder),
        Err(problem) => Err(ConfigError {
            variable: provider.variable.to_owned(),
            problem: format!("can't be the key of {}: {problem}", provider.label),
        }),
    }
}
