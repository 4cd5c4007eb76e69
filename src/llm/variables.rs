//! Where a program finds the key and the address of a provider: in its environment.

use super::known_provider::{Address, KnownProvider};
use super::provider::LlmProvider;

impl LlmProvider {
    /// The variable that holds its key: `OPENAI_API_KEY`; of `custom-my-vllm`, `CUSTOM_MY_VLLM_API_KEY`.
    pub fn key_variable(&self) -> String {
        match self {
            Self::Known(known) => known.variable.to_owned(),
            Self::Custom(id) => custom(id, "API_KEY"),
        }
    }

    /// The variable that holds its address, and what it says where the API is at `base_url`; nothing where programs look
    /// there anyway, or where no variable leads them elsewhere.
    pub fn address_variable(&self, base_url: &str) -> Option<(String, String)> {
        match self {
            Self::Known(known) => known.address_variable(base_url),
            Self::Custom(id) => Some((custom(id, "BASE_URL"), base_url.to_owned())),
        }
    }
}

impl KnownProvider {
    fn address_variable(&self, base_url: &str) -> Option<(String, String)> {
        let variable = self.base_url_variable.as_ref()?;
        if matches!(self.address, Address::Fixed(own) if own == base_url) {
            return None;
        }
        let version = if variable.has_version { self.probe.version } else { "" };
        Some((variable.name.to_owned(), format!("{base_url}{version}")))
    }
}

fn custom(id: &str, end: &str) -> String {
    format!("{}_{end}", id.to_ascii_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::llm::catalog::PROVIDERS;

    fn provider(id: &str) -> LlmProvider {
        LlmProvider::parse(id).expect("a provider")
    }

    /// What is said of a provider whose API is at `base_url`.
    fn said(id: &str, base_url: &str) -> Option<String> {
        let (name, value) = provider(id).address_variable(base_url)?;
        Some(format!("{name}={value}"))
    }

    #[test]
    fn an_sdk_is_told_where_to_go_as_it_understands_it() {
        let proxy = "https://llm.acme.test/x";
        for (id, expected) in [
            ("openai", "OPENAI_BASE_URL=https://llm.acme.test/x/v1"),
            ("anthropic", "ANTHROPIC_BASE_URL=https://llm.acme.test/x"),
            ("google", "GOOGLE_GEMINI_BASE_URL=https://llm.acme.test/x"),
            ("azure-openai", "AZURE_OPENAI_ENDPOINT=https://llm.acme.test/x"),
            ("custom-my-vllm", "CUSTOM_MY_VLLM_BASE_URL=https://llm.acme.test/x"),
        ] {
            assert_eq!(said(id, proxy).as_deref(), Some(expected));
        }
        assert_eq!(said("mistral", proxy), None);
    }

    #[test]
    fn the_address_that_an_sdk_knows_anyway_is_left_to_it() {
        for known in &PROVIDERS {
            if let Address::Fixed(own) = known.address {
                assert_eq!(said(known.id, own), None);
            }
        }
    }

    #[test]
    fn each_provider_has_a_variable_of_its_own() {
        assert_eq!(provider("custom-my-vllm").key_variable(), "CUSTOM_MY_VLLM_API_KEY");
        let ids = PROVIDERS.iter().map(|known| known.id).chain(["custom-a", "custom-a-b", "custom-a--b"]);
        let names: Vec<String> = ids.map(|id| provider(id).key_variable()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    }
}
