//! Tries a key: one cheap, authenticated request to its provider, and a sentence of what came of it (rule 4.5).

use std::time::Instant;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use url::Url;

use super::catalog::{Authentication, Probe};
use super::resolution::Usable;
use crate::outbound::{Answer, Failure, Outbound};

/// How a key does, as the API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Valid,
    Refused,
    Unreachable,
}

/// What a try has found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub verdict: Verdict,
    /// For people; never with anything of the key or of the answer's text.
    pub sentence: String,
    /// How long the provider took, in milliseconds.
    pub millis: u64,
}

/// Tries the key of the provider that people call `label`.
pub async fn probe(outbound: &Outbound, probe: &Probe, label: &str, usable: &Usable) -> Finding {
    let begun = Instant::now();
    let Some(url) = usable.address.as_ref().and_then(|base| target(base, probe)) else {
        let sentence = format!("The address of {label} is not known: nothing was sent.");
        return Finding { verdict: Verdict::Unreachable, sentence, millis: 0 };
    };
    let answer = match headers(probe, usable) {
        Some(headers) => outbound.get(&url, headers).await,
        None => Err(Failure::Broken),
    };
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (verdict, sentence) = match answer {
        Ok(answer) => read(probe, label, &answer, millis),
        Err(failure) => (Verdict::Unreachable, failure.sentence(&url)),
    };
    Finding { verdict, sentence, millis }
}

/// The address with the probe's path; the version is added unless the address has it already.
fn target(base: &Url, probe: &Probe) -> Option<Url> {
    let base = base.as_str().trim_end_matches('/');
    let version = if base.ends_with(probe.version) { "" } else { probe.version };
    Url::parse(&format!("{base}{version}{}", probe.path)).ok()
}

fn headers(probe: &Probe, usable: &Usable) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let (name, text) = match probe.authentication {
        Authentication::Bearer => ("authorization", format!("Bearer {}", usable.key.expose())),
        Authentication::Header(name) => (name, usable.key.expose().to_owned()),
    };
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    headers.insert(HeaderName::from_static(name), value);
    for (name, value) in probe.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    Some(headers)
}

fn read(probe: &Probe, label: &str, answer: &Answer, millis: u64) -> (Verdict, String) {
    let status = answer.status;
    match status {
        200..=299 => {
            let models = models(&answer.body).map(|count| format!("{count}, ")).unwrap_or_default();
            (Verdict::Valid, format!("Works: {models}{millis} ms."))
        }
        _ if probe.good.contains(&status) => (Verdict::Valid, format!("Works: {millis} ms.")),
        401 => rejected(label, status),
        _ if probe.bad.contains(&status) => rejected(label, status),
        403 => (Verdict::Refused, format!("{label} gives this key no permission (403).")),
        402 | 429 => (Verdict::Refused, format!("{label} says that credit or quota is used up ({status}).")),
        300..=399 => (
            Verdict::Unreachable,
            format!("{label} answered with a redirect ({status}), which is not followed. Check the address."),
        ),
        404 => (Verdict::Unreachable, format!("{label} has nothing there (404). Check the address.")),
        500..=599 => (Verdict::Unreachable, format!("{label} failed ({status}). Try again later.")),
        _ => (Verdict::Unreachable, format!("{label} answered with something unexpected ({status}).")),
    }
}

fn rejected(label: &str, status: u16) -> (Verdict, String) {
    (Verdict::Refused, format!("Rejected by {label} ({status}). Check whether the key was revoked."))
}

/// How many models the answer lists: `data` is what most call the list, `models` what the others do.
fn models(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Listing {
        Data { data: Vec<serde::de::IgnoredAny> },
        Models { models: Vec<serde::de::IgnoredAny> },
        Bare(Vec<serde::de::IgnoredAny>),
    }
    let count = match serde_json::from_slice(body).ok()? {
        Listing::Data { data: list } | Listing::Models { models: list } | Listing::Bare(list) => list.len(),
    };
    Some(if count == 1 { "1 model".to_owned() } else { format!("{count} models") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm_keys::catalog::{Address, CUSTOM, PROVIDERS, find};

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
            (
                "openai",
                401,
                "",
                Verdict::Refused,
                "Rejected by OpenAI (401). Check whether the key was revoked.",
            ),
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
}
