//! What an admin types to set a key: raw strings in, domain values out.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::{ApiKey, Provider};
use crate::error::FieldErrors;
use crate::organization::form::Name;

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

/// A key that is to be set, and for whom.
pub struct Wish {
    pub provider: Provider,
    /// What a custom provider is called.
    pub name: Option<Name>,
    /// Where the provider is, if that is the organization's own to say.
    pub base_url: Option<Url>,
    pub key: ApiKey,
    /// Whether it is for a custom provider that is not there yet.
    pub is_new: bool,
}

impl KeyForm {
    /// Reads the fields; `present` is the address that the provider has now, if it has one of its own.
    ///
    /// # Errors
    /// Sentences by field.
    pub fn read(&self, present: Option<&str>) -> Result<Wish, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut note = |field: &str, sentence: &str| {
            errors.entry(field.to_owned()).or_default().push(sentence.to_owned());
        };
        let is_custom = self.is_custom();
        let name = is_custom.then(|| Name::parse(&self.name).map_err(|sentence| note("name", sentence)).ok());
        let provider = match &name {
            Some(Some(name)) if self.provider == NEW_CUSTOM => Provider::named(name.as_str()),
            Some(None) if self.provider == NEW_CUSTOM => Provider::named(NEW_CUSTOM),
            _ => Provider::parse(&self.provider),
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
            Ok(key) if errors.is_empty() => Ok(Wish {
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
        self.provider == NEW_CUSTOM || matches!(Provider::parse(&self.provider), Some(Provider::Custom(_)))
    }

    fn has_no_key(&self) -> bool {
        self.key.expose_secret().trim().is_empty()
    }
}

/// An address without credentials, query and fragment. Whether it may be reached is not asked here.
fn base_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "Use an address such as https://llm.example.com/v1.")?;
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Err("Use an address that begins with https://.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave name and password out of the address. The key goes into its own field.");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("Leave out what begins with ? or #.");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(provider: &str, name: &str, base_url: &str, key: &str) -> KeyForm {
        let text = |text: &str| text.to_owned();
        KeyForm {
            provider: text(provider),
            name: text(name),
            base_url: text(base_url),
            key: SecretString::from(key),
        }
    }

    fn problems(form: &KeyForm, present: Option<&str>) -> Vec<String> {
        let errors = form.read(present).err().unwrap_or_default();
        errors.into_iter().map(|(field, sentences)| format!("{field}: {}", sentences.join(" "))).collect()
    }

    #[test]
    fn a_known_provider_needs_its_key_and_nothing_else() {
        let wish = form("openai", "ignored", "https://ignored.example", "sk-0123456789").read(None);
        let wish = wish.expect("a wish");
        assert!(wish.provider.id() == "openai" && wish.name.is_none() && wish.base_url.is_none());
        assert_eq!(problems(&form("openai", "", "", ""), None), ["key: Paste the key."]);
    }

    #[test]
    fn a_custom_provider_has_a_name_and_an_address() {
        let wish = form("custom", "My vLLM", "https://llm.example/v1", "k").read(None).expect("a wish");
        assert_eq!(wish.provider.id(), "custom-my-vllm");
        assert_eq!(wish.base_url.expect("an address").as_str(), "https://llm.example/v1");
        assert_eq!(problems(&form("custom", "", "", ""), None).len(), 3);
        for address in
            ["llm.example", "ftp://x", "https://u:p@x", "https://x?a", "https://x#a", "file:///etc"]
        {
            assert_eq!(problems(&form("custom", "My vLLM", address, "k"), None).len(), 1, "{address}");
        }
    }

    // L04
    #[test]
    fn a_new_address_asks_for_the_key_again() {
        let present = Some("https://acme.openai.azure.com/");
        let moved = form("azure-openai", "", "https://evil.example/", "");
        assert_eq!(problems(&moved, present), [format!("key: {NEW_ADDRESS}")]);
        let same = form("azure-openai", "", "https://acme.openai.azure.com", "");
        assert_eq!(problems(&same, present), ["key: Paste the key."]);
    }
}
