//! What has to be typed, and what is asked for again.

use secrecy::SecretString;

use super::key_form::{KeyForm, NEW_ADDRESS};

fn form(provider: &str, name: &str, base_url: &str, key: &str) -> KeyForm {
    let text = |text: &str| text.to_owned();
    KeyForm {
        provider: text(provider),
        name: text(name),
        base_url: text(base_url),
        key: SecretString::from(key),
        confirmed_provider: String::new(),
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
    assert_eq!(wish.base_url.expect("an address").url.as_str(), "https://llm.example/v1");
    assert_eq!(problems(&form("custom", "", "", ""), None).len(), 3);
    for address in ["llm.example", "ftp://x", "https://u:p@x", "file:///etc"] {
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

#[test]
fn of_a_pasted_endpoint_the_base_is_taken_and_comes_back() {
    let pasted = form("custom", "My vLLM", "https://llm.example/v1/chat/completions?key=CANARY", "k");
    let wish = pasted.read(None).expect("a wish");
    let base = wish.base_url.expect("an address");
    assert_eq!((base.url.as_str(), base.is_cut), ("https://llm.example/v1", true));
    assert_eq!(pasted.shown_address(), "https://llm.example/v1");
    for plain in ["https://llm.example/v1/", "llm.example", ""] {
        assert_eq!(form("custom", "", plain, "k").shown_address(), plain);
    }
}

#[test]
fn no_secret_in_an_address_comes_back() {
    for pasted in ["https://u:CANARY@llm.example/v1", "https://u:CAN/ARY@llm.example/v1?key=CANARY"] {
        for provider in ["custom", "custom-mine", "azure-openai", "no-provider"] {
            let typed = form(provider, "", pasted, "k");
            assert_eq!(typed.shown_address(), "https://llm.example/v1", "{provider}: {pasted}");
        }
    }
}

#[test]
fn another_providers_key_is_asked_about_until_it_is_confirmed() {
    let mut wish = form("openai", "", "", "sk-ant-0123456789");
    assert_eq!(problems(&wish, None), ["key: This looks like an Anthropic key."]);
    for other in ["openai", "groq", "true", "Anthropic"] {
        wish.confirmed_provider = other.to_owned();
        assert_eq!(problems(&wish, None).len(), 1, "{other}");
    }
    wish.confirmed_provider = "anthropic".to_owned();
    assert!(wish.read(None).is_ok());
    assert!(form("custom", "My proxy", "https://llm.example/v1", "sk-ant-0123456789").read(None).is_ok());
    assert!(form("anthropic", "", "", "sk-ant-0123456789").read(None).is_ok());
}
