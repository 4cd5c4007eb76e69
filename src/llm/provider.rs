//! Which provider a key is for: one of the catalog, or a server of the organization's own.

use super::catalog::{self, CUSTOM_ICON, CUSTOM_PREFIX};
use super::known_provider::{Address, KnownProvider};
use super::probe::{CUSTOM, Probe};

/// The longest part after `custom-`.
const LONGEST: usize = 40;

/// A provider, as an organization has it.
#[derive(Clone, Debug)]
pub enum LlmProvider {
    Known(&'static KnownProvider),
    /// An OpenAI-compatible server; the whole id, `custom-…`.
    Custom(String),
}

impl LlmProvider {
    /// The provider of this id; none for what is neither in the catalog nor well-formed.
    pub fn parse(id: &str) -> Option<Self> {
        if let Some(known) = catalog::find(id) {
            return Some(Self::Known(known));
        }
        let rest = id.strip_prefix(CUSTOM_PREFIX)?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = !rest.is_empty() && rest.len() <= LONGEST && rest.bytes().all(plain);
        (fits && !rest.starts_with('-') && !rest.ends_with('-')).then(|| Self::Custom(id.to_owned()))
    }

    /// A custom provider of this name: `My vLLM` is `custom-my-vllm`. None when nothing of the name is left.
    pub fn named(name: &str) -> Option<Self> {
        let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
        let slug: String = slug.chars().take(LONGEST).collect();
        Self::parse(&format!("{CUSTOM_PREFIX}{}", slug.trim_end_matches('-')))
    }

    /// Its name in addresses, the API and the database.
    pub fn id(&self) -> &str {
        match self {
            Self::Known(known) => known.id,
            Self::Custom(id) => id,
        }
    }

    /// What people call it; `name` is what a custom one was called.
    pub fn label(&self, name: Option<&str>) -> String {
        match self {
            Self::Known(known) => known.label.to_owned(),
            Self::Custom(id) => name.unwrap_or(id).to_owned(),
        }
    }

    /// SVG markup.
    pub fn icon(&self) -> &'static str {
        self.known().map_or(CUSTOM_ICON, |known| known.icon)
    }

    /// How a key of it is tried.
    pub fn probe(&self) -> &'static Probe {
        self.known().map_or(&CUSTOM, |known| &known.probe)
    }

    /// Its entry in the catalog.
    pub fn known(&self) -> Option<&'static KnownProvider> {
        match self {
            Self::Known(known) => Some(known),
            Self::Custom(_) => None,
        }
    }

    /// What the organization's own address of it is called; none where everyone has the same.
    pub fn own_address(&self) -> Option<&'static str> {
        match self.known().map(|known| &known.address) {
            Some(Address::Fixed(_)) => None,
            Some(Address::Own(label)) => Some(label),
            None => Some("Base URL"),
        }
    }
}

impl PartialEq for LlmProvider {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_the_catalog_or_custom() {
        for known in &catalog::PROVIDERS {
            assert_eq!(LlmProvider::parse(known.id).expect("known").id(), known.id);
        }
        assert!(LlmProvider::parse("custom-vllm-2").is_some());
        for id in
            ["", "Anthropic", "anthropic ", "custom-", "custom--a", "custom-a-", "custom-a/b", "custom-Ä"]
        {
            assert!(LlmProvider::parse(id).is_none(), "{id}");
        }
        assert!(LlmProvider::parse(&format!("custom-{}", "a".repeat(41))).is_none());
    }

    #[test]
    fn a_custom_provider_is_called_after_its_name() {
        let id = |name: &str| LlmProvider::named(name).map(|provider| provider.id().to_owned());
        assert_eq!(id("My vLLM (GPU 2)").as_deref(), Some("custom-my-vllm-gpu-2"));
        assert_eq!(id("…"), None);
        assert_eq!(id(&"long ".repeat(20)).expect("cut").len(), "custom-".len() + 39);
    }
}
