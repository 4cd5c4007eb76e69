//! What is sent, and what each answer means.

use reqwest::header::HeaderName;
use url::Url;

use super::answer::read;
use super::finding::Verdict;
use super::request::target;
use crate::llm::catalog::{PROVIDERS, find};
use crate::llm::{Address, Authentication, CUSTOM, LlmProvider, Probe};
use crate::outbound::Answer;

fn words(id: &str, status: u16, body: &str) -> (Verdict, String) {
    let provider = LlmProvider::parse(id).expect("a provider");
    read(provider.probe(), &provider.label(Some("Mine")), &Answer { status, body: body.into() }, 240)
}

/// What a good key gets, provider by provider.
const GOOD: &[(&str, u16, &str, &str)] = &[
    ("anthropic", 200, r#"{"data":[{"id":"a"},{"id":"b"}],"has_more":false}"#, "Works: 2 models, 240 ms."),
    ("openai", 200, r#"{"object":"list","data":[{"id":"gpt-4o"}]}"#, "Works: 1 model, 240 ms."),
    ("openai", 200, "\u{feff} {\"data\":[{\"id\":\"gpt-4o\"}],\"error\":null}\n", "Works: 1 model, 240 ms."),
    ("openai", 203, r#"{"data":[{"id":"gpt-4o"}]}"#, "Works: 1 model, 240 ms."),
    (
        "google",
        200,
        r#"{"models":[{"name":"models/gemini"}],"nextPageToken":"x"}"#,
        "Works: 1 model, 240 ms.",
    ),
    ("parallel", 404, r#"{"type":"error","error":{"ref_id":"x","message":"Not found"}}"#, "Works: 240 ms."),
    ("mistral", 200, r#"{"data":[{"id":"a"}]}"#, "Works: 1 model, 240 ms."),
    ("cohere", 200, r#"{"models":[{"name":"command"}]}"#, "Works: 1 model, 240 ms."),
    ("groq", 200, r#"{"data":[{"id":"a"}]}"#, "Works: 1 model, 240 ms."),
    ("openrouter", 200, r#"{"data":{"label":"sk-or-v1-0e6...1c9","usage":0}}"#, "Works: 240 ms."),
    ("xai", 200, r#"{"data":[{"id":"grok"}]}"#, "Works: 1 model, 240 ms."),
    ("deepseek", 200, r#"{"data":[{"id":"a"}]}"#, "Works: 1 model, 240 ms."),
    ("together", 200, r#"[{"id":"a"},{"id":"b"},{"id":"c"}]"#, "Works: 3 models, 240 ms."),
    ("fireworks", 200, r#"{"data":[{"id":"a"}]}"#, "Works: 1 model, 240 ms."),
    ("perplexity", 200, r#"{"next_token":null,"requests":[]}"#, "Works: 240 ms."),
    ("azure-openai", 200, r#"{"data":[{"id":"a"}]}"#, "Works: 1 model, 240 ms."),
    ("custom-mine", 200, r#"{"data":[{"id":"llama"}]}"#, "Works: 1 model, 240 ms."),
    ("custom-mine", 200, r#"[{"id":"llama"}]"#, "Works: 1 model, 240 ms."),
];

#[test]
fn what_a_good_key_gets_works() {
    for (id, status, body, sentence) in GOOD {
        assert_eq!(words(id, *status, body), (Verdict::Valid, (*sentence).to_owned()), "{id}: {body}");
    }
    for known in &PROVIDERS {
        assert!(GOOD.iter().any(|(id, ..)| *id == known.id), "{}", known.id);
    }
}

/// What comes with 200, and is no one's answer to a good key.
const HOLLOW: &[&str] = &[
    "",
    " \n",
    "\u{feff}",
    "null",
    "true",
    "0",
    "\"ok\"",
    "OK",
    "{}",
    "[1,2,3]",
    "[{}]",
    "[[]]",
    r#"{"status":"ok"}"#,
    r#"{"data":"models"}"#,
    r#"{"data":{}}"#,
    r#"{"data":[{}]}"#,
    r#"{"data":[1,"a",null]}"#,
    r#"{"data":[{"id":""}]}"#,
    r#"{"data":[{"id":7}]}"#,
    r#"{"models":null}"#,
    r#"{"data":[{"id":"a"}]"#,
    r#"{"data":[{"id":"a"},{"i"#,
    r#"{"data":[{"id":"a"}]}{"data":[]}"#,
    r#"{"error":"nothing of that kind"}"#,
    r#"{"error":{"message":"nothing of that kind"}}"#,
    r#"{"error":{"message":"x"},"data":[{"id":"a","name":"a"}],"requests":[]}"#,
    r#"{"errors":[{"message":"x"}],"data":[{"id":"a","name":"a"}],"requests":[]}"#,
    r#"{"success":false,"data":[{"id":"a","name":"a"}],"requests":[]}"#,
    r#"{"type":"error","error":{"type":"not_found_error","message":"x"}}"#,
    "<!doctype html><html><title>Sign in to the Wi-Fi</title></html>",
    "\n\t<html><body>Sign in</body></html>",
    "<?xml version=\"1.0\"?><Error/>",
    "\u{1f}\u{8b}\u{8}",
];

#[test]
fn what_no_good_key_gets_does_not_work() {
    let ids = PROVIDERS.iter().map(|known| known.id).chain(["custom-mine"]);
    for (id, body) in ids.flat_map(|id| HOLLOW.iter().map(move |body| (id, body))) {
        let (verdict, sentence) = words(id, 200, body);
        assert_eq!(verdict, Verdict::Unrecognized, "{id}: {body:?}: {sentence}");
        assert!(sentence.ends_with('.') && !sentence.starts_with("Works"), "{sentence}");
    }
}

#[test]
fn another_providers_answer_is_not_taken_for_this_ones() {
    for (id, body) in [
        ("google", r#"{"data":[{"id":"gpt-4o"}]}"#),
        ("openai", r#"{"models":[{"name":"models/gemini"}]}"#),
        ("openrouter", r#"{"data":[{"id":"a"}]}"#),
        ("perplexity", r#"{"data":[{"id":"a"}]}"#),
        ("parallel", r#"{"data":[{"id":"a"}]}"#),
        ("anthropic", r#"[{"id":"a"}]"#),
    ] {
        assert_eq!(words(id, 200, body).0, Verdict::Unrecognized, "{id}");
    }
    for body in ["", "<html>Not found</html>", r#"{"detail":"Not Found"}"#, r#"{"error":{"message":"x"}}"#] {
        assert_eq!(words("parallel", 404, body).0, Verdict::Unreachable, "{body}");
    }
}

#[test]
fn a_key_that_can_use_no_model_says_so() {
    for (id, body) in [
        ("openai", r#"{"object":"list","data":[]}"#),
        ("google", r#"{"models":[]}"#),
        ("together", "[]"),
        ("custom-mine", r#"{"object":"list","data":null}"#),
    ] {
        let (verdict, sentence) = words(id, 200, body);
        assert!(verdict == Verdict::Restricted && sentence.contains("lists no models"), "{sentence}");
    }
}

/// What providers answer to keys that don't work, as documented or as seen.
const TOLD: &[(&str, u16, &str, Verdict, &str)] = &[
    ("openai", 401, "", Verdict::Refused, "Rejected by OpenAI (401). Check whether the key was revoked."),
    (
        "openai",
        401,
        r#"{"error":{"message":"Incorrect API key provided: CANARY","type":"invalid_request_error","code":"invalid_api_key"}}"#,
        Verdict::Refused,
        "Rejected by OpenAI (401)",
    ),
    (
        "openai",
        401,
        r#"{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read. Check that you have the correct role","type":"invalid_request_error","code":null}}"#,
        Verdict::Restricted,
        "OpenAI accepts this key but gives it no permission (401)",
    ),
    (
        "openai",
        403,
        r#"{"error":"You have insufficient permissions for this operation. Missing scopes: api.model.read."}"#,
        Verdict::Restricted,
        "no permission (403)",
    ),
    (
        "openai",
        401,
        r#"{"error":{"message":"Your IP is not authorized","code":"ip_not_authorized"}}"#,
        Verdict::Restricted,
        "only from certain networks",
    ),
    (
        "openai",
        403,
        r#"{"error":{"code":"unsupported_country_region_territory","message":"Country, region, or territory not supported","type":"request_forbidden"}}"#,
        Verdict::OutOfRegion,
        "doesn't serve the region or network of this server (403)",
    ),
    (
        "openai",
        429,
        r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}"#,
        Verdict::OutOfCredit,
        "credit or quota is used up (429)",
    ),
    (
        "openai",
        429,
        r#"{"error":{"message":"Rate limit reached for requests","type":"requests","code":"rate_limit_exceeded"}}"#,
        Verdict::RateLimited,
        "limiting the rate of requests (429)",
    ),
    ("openai", 429, "", Verdict::RateLimited, "limiting the rate of requests (429)"),
    (
        "openai",
        401,
        r#"{"error":{"message":"The OpenAI account associated with this API key has been deactivated.","code":"account_deactivated"}}"#,
        Verdict::Disabled,
        "account or organization of this key is disabled (401)",
    ),
    (
        "openai",
        401,
        r#"{"error":{"message":"You must be a member of an organization to use the API","type":"invalid_request_error"}}"#,
        Verdict::Disabled,
        "account or organization",
    ),
    (
        "openai",
        503,
        r#"{"error":{"message":"The engine is currently overloaded","type":"server_error","code":"server_is_overloaded"}}"#,
        Verdict::Busy,
        "OpenAI is overloaded (503). Try again later.",
    ),
    (
        "anthropic",
        401,
        r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
        Verdict::Refused,
        "Rejected by Anthropic (401)",
    ),
    (
        "anthropic",
        403,
        r#"{"type":"error","error":{"type":"permission_error","message":"Your API key does not have permission to use the specified resource."}}"#,
        Verdict::Restricted,
        "no permission (403)",
    ),
    (
        "anthropic",
        403,
        r#"{"error":{"type":"forbidden","message":"Request not allowed"}}"#,
        Verdict::OutOfRegion,
        "region or network",
    ),
    (
        "anthropic",
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"This organization has been disabled."}}"#,
        Verdict::Disabled,
        "is disabled (400)",
    ),
    (
        "anthropic",
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
        Verdict::OutOfCredit,
        "used up (400)",
    ),
    (
        "anthropic",
        402,
        r#"{"type":"error","error":{"type":"billing_error","message":"x"}}"#,
        Verdict::OutOfCredit,
        "used up (402)",
    ),
    (
        "anthropic",
        429,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"x"}}"#,
        Verdict::RateLimited,
        "rate of requests (429)",
    ),
    (
        "anthropic",
        529,
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
        Verdict::Busy,
        "overloaded (529)",
    ),
    (
        "google",
        400,
        r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
        Verdict::Refused,
        "Rejected by Google Gemini (400). Check whether the key was revoked.",
    ),
    (
        "google",
        400,
        r#"{"error":{"code":400,"message":"API key expired. Please renew the API key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
        Verdict::Refused,
        "Rejected by Google Gemini (400). The key has expired.",
    ),
    (
        "google",
        400,
        r#"{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}"#,
        Verdict::OutOfRegion,
        "region or network of this server (400)",
    ),
    (
        "google",
        403,
        r#"{"error":{"code":403,"message":"Your API key was reported as leaked. Please use another API key.","status":"PERMISSION_DENIED"}}"#,
        Verdict::Refused,
        "reported as leaked",
    ),
    (
        "google",
        403,
        r#"{"error":{"code":403,"message":"Generative Language API has not been used in project 1 before or it is disabled.","status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED"}]}}"#,
        Verdict::Disabled,
        "The API isn't enabled for this Google Gemini key or its project (403).",
    ),
    (
        "google",
        403,
        r#"{"error":{"status":"PERMISSION_DENIED","details":[{"reason":"API_KEY_SERVICE_BLOCKED"}]}}"#,
        Verdict::Disabled,
        "isn't enabled",
    ),
    (
        "google",
        403,
        r#"{"error":{"status":"PERMISSION_DENIED","details":[{"reason":"API_KEY_IP_ADDRESS_BLOCKED"}]}}"#,
        Verdict::Restricted,
        "only from certain networks",
    ),
    (
        "google",
        403,
        r#"{"error":{"status":"PERMISSION_DENIED","message":"x"}}"#,
        Verdict::Restricted,
        "no permission (403)",
    ),
    (
        "google",
        429,
        r#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan.","status":"RESOURCE_EXHAUSTED"}}"#,
        Verdict::RateLimited,
        "rate of requests (429)",
    ),
    ("google", 503, r#"{"error":{"status":"UNAVAILABLE"}}"#, Verdict::Busy, "overloaded (503)"),
    (
        "xai",
        400,
        r#"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***RY."}"#,
        Verdict::Refused,
        "Rejected by xAI (400)",
    ),
    (
        "xai",
        403,
        r#"{"code":"The caller does not have permission to execute the specified operation","error":"x"}"#,
        Verdict::Restricted,
        "no permission (403)",
    ),
    (
        "xai",
        429,
        r#"{"code":"x","error":"Your team has either used all available credits or reached its monthly spending limit."}"#,
        Verdict::OutOfCredit,
        "used up (429)",
    ),
    (
        "groq",
        403,
        r#"{"error":{"message":"Access denied. Please check your network settings."}}"#,
        Verdict::OutOfRegion,
        "region or network",
    ),
    (
        "openrouter",
        402,
        r#"{"error":{"code":402,"message":"Insufficient credits"}}"#,
        Verdict::OutOfCredit,
        "used up (402)",
    ),
    (
        "openrouter",
        403,
        r#"{"error":{"code":403,"message":"Key limit exceeded"}}"#,
        Verdict::OutOfCredit,
        "(403)",
    ),
    (
        "deepseek",
        402,
        r#"{"error":{"message":"Insufficient Balance","type":"unknown_error"}}"#,
        Verdict::OutOfCredit,
        "used up (402)",
    ),
    ("deepseek", 401, "Authentication Fails (governor)", Verdict::Refused, "Rejected by DeepSeek (401)"),
    (
        "azure-openai",
        401,
        r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}"#,
        Verdict::Refused,
        "Rejected by Azure OpenAI (401)",
    ),
    (
        "azure-openai",
        403,
        r#"{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}"#,
        Verdict::Restricted,
        "only from certain networks",
    ),
    (
        "perplexity",
        401,
        "<html><head><title>401 Authorization Required</title></head></html>",
        Verdict::Refused,
        "Rejected by Perplexity (401)",
    ),
    ("custom-mine", 429, r#"{"error":"Incorrect API key provided: CANARY"}"#, Verdict::RateLimited, "(429)"),
    ("custom-mine", 503, r#"{"error":{"code":"invalid_api_key"}}"#, Verdict::Busy, "overloaded (503)"),
    ("custom-mine", 500, r#"{"error":{"code":"invalid_api_key"}}"#, Verdict::Busy, "failed (500)"),
    ("custom-mine", 200, r#"{"error":{"code":"slow","status":429}}"#, Verdict::RateLimited, "(429)"),
    ("custom-mine", 200, r#"{"error":{"code":"x","status":"503"}}"#, Verdict::Busy, "overloaded (503)"),
    ("custom-mine", 200, r#"{"error":{"code":7,"status":401}}"#, Verdict::Refused, "Rejected by Mine (401)"),
    (
        "custom-mine",
        200,
        r#"{"code":30014,"data":null,"message":"Invalid token"}"#,
        Verdict::Refused,
        "Rejected",
    ),
    ("custom-mine", 200, r#"{"error":{"code":"429","message":"x"}}"#, Verdict::RateLimited, "(429)"),
    ("custom-mine", 200, r#"{"error":{"code":503}}"#, Verdict::Busy, "overloaded (503)"),
    ("custom-mine", 200, r#"{"error":{"code":"invalid_api_key"}}"#, Verdict::Refused, "Rejected by Mine"),
];

#[test]
fn a_known_key_is_not_called_bad_and_a_busy_provider_refuses_no_one() {
    for (id, status, body, verdict, part) in TOLD {
        let (found, sentence) = words(id, *status, body);
        assert_eq!(found, *verdict, "{id} {status} {body}: {sentence}");
        assert!(sentence.contains(part) && !sentence.contains("CANARY"), "{sentence}");
        assert_eq!(sentence.contains("Rejected"), *verdict == Verdict::Refused, "{sentence}");
    }
}

/// What says nothing of the key.
const UNTOLD: &[(u16, &str, Verdict, &str)] = &[
    (
        302,
        "",
        Verdict::Unreachable,
        "OpenAI answered with a redirect (302), which is not followed. Check the address.",
    ),
    (307, r#"{"data":[{"id":"a"}]}"#, Verdict::Unreachable, "a redirect (307)"),
    (404, "", Verdict::Unreachable, "OpenAI says that this address doesn't exist (404). Check it."),
    (
        403,
        "",
        Verdict::Unexplained,
        "OpenAI refused without saying why (403). We don’t know whether the key works.",
    ),
    (403, "Forbidden", Verdict::Unexplained, "without saying why (403)"),
    (403, r#"{"error":"Forbidden"}"#, Verdict::Unexplained, "without saying why (403)"),
    (403, r#"{"detail":"Access denied"}"#, Verdict::Unexplained, "without saying why (403)"),
    (200, r#"{"error":{"code":"x","status":403}}"#, Verdict::Unexplained, "without saying why (403)"),
    (400, "", Verdict::Unrecognized, "something unexpected (400)"),
    (407, "<html>Proxy</html>", Verdict::Unreachable, "asks for a sign-in (407)"),
    (511, "<html>Sign in</html>", Verdict::Unreachable, "asks for a sign-in (511)"),
    (408, "", Verdict::Busy, "OpenAI failed (408). Try again later."),
    (500, "", Verdict::Busy, "OpenAI failed (500). Try again later."),
    (502, "<html>Bad gateway</html>", Verdict::Busy, "OpenAI failed (502). Try again later."),
    (503, "<html>Busy</html>", Verdict::Busy, "overloaded (503)"),
    (403, "<html>Blocked by your company</html>", Verdict::Unrecognized, "A web page came back (403)"),
    (402, "<html></html>", Verdict::Unrecognized, "A web page came back (402)"),
    (200, "<html></html>", Verdict::Unrecognized, "A web page came back (200), not an answer from OpenAI."),
    (200, "", Verdict::Unrecognized, "OpenAI answered with nothing (200)."),
    (204, "", Verdict::Unrecognized, "OpenAI answered with nothing (204)."),
    (200, "{}", Verdict::Unrecognized, "OpenAI didn't answer as its API does (200)."),
    (200, r#"{"error":"x"}"#, Verdict::Unrecognized, "OpenAI answered with an error inside (200)."),
    (418, "", Verdict::Unrecognized, "OpenAI answered with something unexpected (418)."),
];

#[test]
fn what_says_nothing_of_the_key_has_its_sentence_too() {
    for (status, body, verdict, part) in UNTOLD {
        let (found, sentence) = words("openai", *status, body);
        assert_eq!(found, *verdict, "{status} {body}: {sentence}");
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[test]
fn a_request_that_is_called_bad_is_no_bad_key() {
    for id in PROVIDERS.iter().map(|known| known.id).chain(["custom-mine"]) {
        for body in [
            "",
            "Bad Request",
            r#"{"error":{"code":400,"message":"Invalid page size","status":"INVALID_ARGUMENT"}}"#,
            r#"{"code":"Client specified an invalid argument","error":"Unknown parameter"}"#,
        ] {
            let (verdict, sentence) = words(id, 400, body);
            assert_eq!(verdict, Verdict::Unrecognized, "{id}: {body}: {sentence}");
            assert!(sentence.contains("something unexpected (400)"), "{sentence}");
        }
        let abroad = r#"{"error":{"code":400,"message":"User location is not supported for the API use."}}"#;
        assert_eq!(words(id, 400, abroad).0, Verdict::OutOfRegion, "{id}");
    }
    let (verdict, _) = words(
        "google",
        403,
        r#"{"error":{"status":"PERMISSION_DENIED","message":"Method doesn't allow unregistered callers (callers without established identity)."}}"#,
    );
    assert_eq!(verdict, Verdict::Unexplained, "no key has arrived there");
}

#[test]
fn a_base_url_can_have_the_version_or_not() {
    let openai = &find("openai").expect("a provider").probe;
    for base in
        ["http://127.0.0.1:9", "http://127.0.0.1:9/", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1/"]
    {
        assert_eq!(target(&url(base), openai).as_str(), "http://127.0.0.1:9/v1/models");
    }
    assert_eq!(
        target(&url("https://llm.example/api/v3"), &CUSTOM).as_str(),
        "https://llm.example/api/v3/models"
    );
}

#[test]
fn the_version_is_looked_for_in_the_path_alone() {
    let openai = &find("openai").expect("a provider").probe;
    let azure = &find("azure-openai").expect("a provider").probe;
    for (base, probe, expected) in [
        ("https://v1", openai, "https://v1/v1/models"),
        ("https://h.test/v1?next=2", openai, "https://h.test/v1/models"),
        ("https://h.test/x?next=/v1", openai, "https://h.test/x/v1/models"),
        ("https://h.test/x#/v1", openai, "https://h.test/x/v1/models"),
        ("https://h.test//v1/", openai, "https://h.test//v1/models"),
        ("https://acme.test/openai?a=b", azure, "https://acme.test/openai/models?api-version=2024-10-21"),
        ("https://openai", azure, "https://openai/openai/models?api-version=2024-10-21"),
    ] {
        assert_eq!(target(&url(base), probe).as_str(), expected, "{base}");
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("an address")
}

fn path(probe: &Probe) -> &str {
    probe.path.split('?').next().unwrap_or_default()
}

#[test]
fn every_entry_of_the_catalog_makes_a_request() {
    for provider in &PROVIDERS {
        let base = match provider.address {
            Address::Fixed(base) => base,
            Address::Own(_) => "https://acme.openai.azure.com",
        };
        assert!(base.starts_with("https://") && !base.ends_with('/'), "{}", provider.id);
        let target = target(&url(base), &provider.probe);
        assert!(
            target.as_str().starts_with(base) && target.path().ends_with(path(&provider.probe)),
            "{target}"
        );
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
