//! What is sent, and what each answer means.

use reqwest::header::HeaderName;
use url::Url;

use super::answer::read;
use super::finding::Verdict;
use super::request::target;
use crate::llm::catalog::{PROVIDERS, find};
use crate::llm::{Address, Authentication, CUSTOM};
use crate::outbound::Answer;

fn words(id: &str, status: u16, body: &str) -> (Verdict, String) {
    let provider = find(id).expect("a provider");
    read(&provider.probe, provider.label, &Answer { status, body: body.into() }, 240)
}

#[test]
fn each_answer_has_its_sentence() {
    let cases = [
        ("anthropic", 200, r#"{"data":[{},{}]}"#, Verdict::Valid, "Works: 2 models, 240 ms."),
        ("google", 200, r#"{"models":[{}]}"#, Verdict::Valid, "Works: 1 model, 240 ms."),
        ("together", 200, "[1,2,3]", Verdict::Valid, "Works: 3 models, 240 ms."),
        ("openrouter", 200, r#"{"data":{"label":"x"}}"#, Verdict::Valid, "Works: 240 ms."),
        ("parallel", 404, "", Verdict::Valid, "Works: 240 ms."),
        ("openai", 401, "", Verdict::Refused, "Rejected by OpenAI (401). Check whether the key was revoked."),
        (
            "google",
            400,
            "",
            Verdict::Refused,
            "Rejected by Google Gemini (400). Check whether the key was revoked.",
        ),
        ("openai", 403, "", Verdict::Refused, "OpenAI gives this key no permission (403)."),
        ("openai", 429, "", Verdict::Refused, "OpenAI says that credit or quota is used up (429)."),
        (
            "openai",
            302,
            "",
            Verdict::Unreachable,
            "OpenAI answered with a redirect (302), which is not followed. Check the address.",
        ),
        ("openai", 404, "", Verdict::Unreachable, "OpenAI has nothing there (404). Check the address."),
        ("openai", 503, "", Verdict::Unreachable, "OpenAI failed (503). Try again later."),
        ("openai", 418, "", Verdict::Unreachable, "OpenAI answered with something unexpected (418)."),
    ];
    for (id, status, body, verdict, sentence) in cases {
        assert_eq!(words(id, status, body), (verdict, sentence.to_owned()));
    }
}

#[test]
fn a_base_url_may_have_the_version_or_not() {
    let openai = &find("openai").expect("a provider").probe;
    for base in
        ["http://127.0.0.1:9", "http://127.0.0.1:9/", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1/"]
    {
        let base = Url::parse(base).expect("an address");
        assert_eq!(target(&base, openai).expect("an address").as_str(), "http://127.0.0.1:9/v1/models");
    }
    let own = Url::parse("https://llm.example/api/v3").expect("an address");
    assert_eq!(target(&own, &CUSTOM).expect("an address").as_str(), "https://llm.example/api/v3/models");
}

#[test]
fn every_entry_of_the_catalog_makes_a_request() {
    for provider in &PROVIDERS {
        let base = match provider.address {
            Address::Fixed(base) => base,
            Address::Own(_) => "https://acme.openai.azure.com",
        };
        assert!(base.starts_with("https://") && !base.ends_with('/'), "{}", provider.id);
        assert!(target(&Url::parse(base).expect("an address"), &provider.probe).is_some());
        if let Authentication::Header(name) = provider.probe.authentication {
            assert!(HeaderName::from_bytes(name.as_bytes()).is_ok() && name == name.to_lowercase());
        }
        assert!(provider.icon.starts_with("<svg") && !provider.icon.contains("style="));
        assert!(provider.variable.ends_with("_API_KEY") && provider.console.starts_with("https://"));
    }
    let mut ids: Vec<_> = PROVIDERS.iter().map(|provider| provider.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), PROVIDERS.len());
}
