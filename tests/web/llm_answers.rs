//! What comes back when a key is tried (rule 4.5): only what its provider gives for a good key is "Works", and each reason
//! why a key can't be used has its own state and its own words.

use std::io::Write;

use chrono::Duration;
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};

use super::llm_keys::{API, FIRST, PAGE, houses, item, set, until};
use super::support::{Saying, Visitor};

/// What is sent, the outcome in the API, what the card is marked with, and a part of its sentence.
type Case = (&'static str, Saying, &'static str, &'static str, &'static str);

fn says(status: u16, kind: &'static str, body: &str) -> Saying {
    Saying::Exactly(status, vec![("content-type", kind)], body.replace("{key}", FIRST).into_bytes())
}

fn gzipped(body: &[u8]) -> Saying {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("compressed");
    let body = encoder.finish().expect("compressed");
    Saying::Exactly(200, vec![("content-type", "application/json"), ("content-encoding", "gzip")], body)
}

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const MODELS: &str = r#"{"data":[{"type":"model","id":"claude-1"},{"type":"model","id":"claude-2"}]}"#;

const PAGE_OF_A_PORTAL: &str = "<!doctype html><title>Sign in to the Wi-Fi</title><p>{key}";

/// An error as Anthropic words it.
fn anthropic(kind: &str, message: &str) -> String {
    format!(r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}, {{key}}"}}}}"#)
}

fn cases() -> Vec<Case> {
    [of_the_way(), of_the_key(), of_the_account(), of_the_provider()].concat()
}

/// What comes from something in between, and what does not.
fn of_the_way() -> Vec<Case> {
    let html = PAGE_OF_A_PORTAL;
    vec![
        ("what it gives", says(200, JSON, MODELS), "valid", "Working", "Works: 2 models,"),
        ("called text", says(200, "text/plain", MODELS), "valid", "Working", "Works: 2 models,"),
        ("called a page", says(200, HTML, MODELS), "valid", "Working", "Works: 2 models,"),
        ("compressed", gzipped(MODELS.as_bytes()), "valid", "Working", "Works: 2 models,"),
        ("a web page", says(200, HTML, html), "unrecognized", "Failing", "A web page came back (200)"),
        (
            "a web page as JSON",
            says(200, JSON, html),
            "unrecognized",
            "Failing",
            "A web page came back (200)",
        ),
        ("a blocked page", says(403, HTML, html), "unrecognized", "Failing", "A web page came back (403)"),
        ("nothing", says(200, JSON, ""), "unrecognized", "Failing", "answered with nothing (200)"),
        (
            "no content",
            Saying::Exactly(204, Vec::new(), Vec::new()),
            "unrecognized",
            "Failing",
            "nothing (204)",
        ),
        ("an empty object", says(200, JSON, "{}"), "unrecognized", "Failing", "as its API does (200)"),
        ("other JSON", says(200, JSON, r#"{"status":"ok"}"#), "unrecognized", "Failing", "as its API does"),
        ("things", says(200, JSON, r#"{"data":[{"x":1}]}"#), "unrecognized", "Failing", "as its API does"),
        ("half of it", says(200, JSON, &MODELS[..40]), "unrecognized", "Failing", "as its API does"),
        (
            "an error",
            says(200, JSON, r#"{"error":"{key}"}"#),
            "unrecognized",
            "Failing",
            "an error inside (200)",
        ),
        ("no models", says(200, JSON, r#"{"data":[]}"#), "restricted", "Restricted", "lists no models"),
        ("too much", gzipped(&vec![b' '; 2_000_000]), "unreachable", "Failing", "larger than 1 MB"),
        ("no gzip", gzipped_in_name_only(), "unreachable", "Failing", "Could not reach"),
        (
            "a redirect to a sign-in page",
            Saying::Redirect("https://proxy.test/login".to_owned()),
            "unreachable",
            "Failing",
            "redirect (302), which is not followed",
        ),
        ("a proxy's sign-in", says(511, HTML, html), "unreachable", "Failing", "asks for a sign-in (511)"),
    ]
}

fn of_the_key() -> Vec<Case> {
    vec![
        (
            "a bad key",
            says(401, JSON, &anthropic("authentication_error", "invalid x-api-key")),
            "refused",
            "Failing",
            "Rejected by Anthropic (401). Check whether the key was revoked.",
        ),
        (
            "a bad key inside",
            says(200, JSON, &anthropic("authentication_error", "invalid x-api-key")),
            "refused",
            "Failing",
            "Rejected by Anthropic (200)",
        ),
        (
            "an expired key",
            says(400, JSON, r#"{"error":{"message":"API key expired. {key}"}}"#),
            "refused",
            "Failing",
            "The key has expired.",
        ),
        ("a restricted key", restricted(), "restricted", "Restricted", "gives it no permission (403)"),
        (
            "a refusal without a reason",
            says(403, JSON, r#"{"error":"Forbidden {key}"}"#),
            "unexplained",
            "No reason given",
            "Anthropic refused without saying why (403).",
        ),
        ("nothing but a status", says(403, JSON, ""), "unexplained", "No reason given", "without saying why"),
        (
            "a bad request",
            says(400, JSON, &anthropic("invalid_request_error", "limit: not a number")),
            "unrecognized",
            "Failing",
            "something unexpected (400)",
        ),
        (
            "missing scopes",
            says(401, JSON, r#"{"error":{"message":"Missing scopes: api.model.read {key}"}}"#),
            "restricted",
            "Restricted",
            "gives it no permission (401)",
        ),
    ]
}

/// What a key gets that is good, and may not list models.
fn restricted() -> Saying {
    says(403, JSON, &anthropic("permission_error", "does not have permission"))
}

fn of_the_account() -> Vec<Case> {
    vec![
        (
            "out of region",
            says(403, JSON, r#"{"error":{"code":"unsupported_country_region_territory"}}"#),
            "out_of_region",
            "Region not supported",
            "the region or network of this server (403)",
        ),
        (
            "out of credit",
            says(400, JSON, &anthropic("invalid_request_error", "Your credit balance is too low")),
            "out_of_credit",
            "Out of credit",
            "credit or quota is used up (400)",
        ),
        (
            "out of quota",
            says(429, JSON, r#"{"error":{"code":"insufficient_quota"}}"#),
            "out_of_credit",
            "Out of credit",
            "credit or quota is used up (429)",
        ),
        (
            "too fast",
            says(429, JSON, &anthropic("rate_limit_error", "slow down")),
            "rate_limited",
            "Rate limited",
            "limiting the rate of requests (429)",
        ),
        (
            "a disabled organization",
            says(400, JSON, &anthropic("invalid_request_error", "This organization has been disabled.")),
            "disabled",
            "Disabled at the provider",
            "is disabled (400)",
        ),
        (
            "a service that is off",
            says(403, JSON, r#"{"error":{"details":[{"reason":"SERVICE_DISABLED"}]}}"#),
            "disabled",
            "Disabled at the provider",
            "isn't enabled",
        ),
    ]
}

fn of_the_provider() -> Vec<Case> {
    let html = PAGE_OF_A_PORTAL;
    vec![
        (
            "overloaded",
            says(529, JSON, &anthropic("overloaded_error", "Overloaded")),
            "busy",
            "Provider busy",
            "Anthropic is overloaded (529)",
        ),
        ("unavailable", says(503, HTML, html), "busy", "Provider busy", "Anthropic is overloaded (503)"),
        ("bad gateway", says(502, HTML, html), "busy", "Provider busy", "Anthropic failed (502)"),
    ]
}

fn gzipped_in_name_only() -> Saying {
    Saying::Exactly(200, vec![("content-encoding", "gzip")], MODELS.as_bytes().to_vec())
}

async fn tried(admin: &Visitor, client: usize) -> Value {
    // Ten in a minute are enough for one client.
    let request = admin.request(Method::POST, &format!("{API}/anthropic/test")).header("origin", &admin.base);
    let answer = admin
        .send(request.header("x-forwarded-for", format!("192.0.{}.{}", client / 250, client % 250)))
        .await;
    assert!(answer.status == 200 && !answer.body.contains("CANARY"), "{}", answer.body);
    answer.json()
}

// V20, X43, L18
#[actix_web::test]
async fn each_answer_has_its_outcome_its_mark_and_its_words() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        set(&ada, "anthropic", FIRST).await;
        for (n, (what, saying, outcome, mark, words)) in cases().into_iter().enumerate() {
            llm.will_say(FIRST, saying);
            let told = tried(&ada, n).await;
            assert_eq!(told["outcome"], outcome, "{what}: {told}");
            assert!(told["detail"].as_str().expect("a sentence").contains(words), "{what}: {told}");
            let page = ada.get(PAGE).await;
            assert!(page.says(mark) && page.says(words), "{what}: {}", page.body);
            assert!(!page.body.contains("CANARY"), "{what}");
            assert_eq!(page.says("Works:"), outcome == "valid", "{what}");
        }
        assert!(llm.asked().iter().all(|(path, _)| path == "/v1/models"), "no redirect is followed");
        for table in ["llm_keys", "llm_key_health", "events"] {
            assert!(!app.dump(table).await.iter().any(|row| row.contains("CANARY")), "{table}");
        }
        app.close().await;
    }
}

#[actix_web::test]
async fn what_says_nothing_of_the_key_leaves_what_is_known_of_it() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        set(&ada, "anthropic", FIRST).await;
        llm.will_say(FIRST, Saying::Models(1));
        let good = tried(&ada, 1).await["lastGoodAt"].clone();
        for status in [429, 500, 503, 529] {
            app.skip(Duration::seconds(1));
            llm.will_say(FIRST, Saying::Status(status));
            let told = tried(&ada, usize::from(status)).await;
            assert_eq!((&told["lastGoodAt"], &told["failingSince"]), (&good, &Value::Null), "{told}");
            assert!(ada.get(PAGE).await.says("Last known good"), "{status}");
        }
        llm.will_say(FIRST, Saying::Status(401));
        let since = tried(&ada, 2).await["failingSince"].clone();
        assert!(since.is_string());
        app.skip(Duration::seconds(1));
        llm.will_say(FIRST, Saying::Status(529));
        let told = tried(&ada, 3).await;
        assert_eq!(
            (&told["lastGoodAt"], &told["failingSince"]),
            (&good, &since),
            "it is not known to be better"
        );
        llm.will_say(FIRST, Saying::Status(403));
        let told = tried(&ada, 4).await;
        assert_eq!((&told["lastGoodAt"], &told["failingSince"]), (&good, &since), "nobody said why");
        llm.will_say(FIRST, restricted());
        let told = tried(&ada, 5).await;
        assert!(told["failingSince"].is_null() && told["lastGoodAt"] != good, "it is a good key: {told}");
        app.close().await;
    }
}

#[actix_web::test]
async fn a_busy_provider_raises_no_alarm_and_is_asked_again_within_the_hour() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        set(&ada, "anthropic", FIRST).await;
        let outcome = async || item(&ada, "anthropic").await["lastTest"]["outcome"].clone();
        let looks = async |after: Duration, saying: Saying, expected: &str| {
            llm.will_say(FIRST, saying);
            app.skip(after);
            app.services.key_alarms.wake();
            until(async || outcome().await == expected).await;
            app.services.key_alarms.wake();
        };
        let warns = async || ada.get("/settings/admin/users").await.says("The Anthropic key is failing.");
        looks(Duration::hours(27), Saying::Models(1), "valid").await;
        looks(Duration::hours(27), Saying::Status(529), "busy").await;
        looks(Duration::minutes(61), Saying::Status(429), "rate_limited").await;
        assert!(!warns().await && !ada.get("/settings/admin/users").await.says("Needs attention"));
        looks(Duration::minutes(61), Saying::Status(403), "unexplained").await;
        assert!(!warns().await, "it may be as good as before");
        looks(Duration::hours(27), restricted(), "restricted").await;
        assert!(!warns().await, "a restricted key is a good one");
        looks(Duration::hours(27), Saying::Status(401), "refused").await;
        until(&warns).await;
        assert!(ada.get("/settings/admin/users").await.says("Rejected by Anthropic (401)"));
        looks(Duration::hours(27), Saying::Status(529), "busy").await;
        until(async || !ada.get("/settings/admin/users").await.says("Rejected by")).await;
        let page = ada.get("/settings/admin/users").await;
        assert!(page.says("The Anthropic key is failing.") && !page.says("overloaded"), "{}", page.body);
        looks(Duration::minutes(61), Saying::Models(1), "valid").await;
        until(async || !warns().await).await;
        app.close().await;
    }
}

// 4.5: a list that anyone gets says nothing of a key.
#[actix_web::test]
async fn a_server_that_lists_its_models_to_everyone_has_not_tested_the_key() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        let base = format!("{}/v1", llm.base);
        let put = json!({ "key": FIRST, "name": "Mine", "baseUrl": base });
        assert_eq!(ada.put(&format!("{API}/custom-mine"), &put).await.status, 200);
        let test = async || ada.post_json(&format!("{API}/custom-mine/test"), &json!({})).await.json();
        llm.will_say(FIRST, Saying::Models(2));
        assert_eq!(test().await["outcome"], "valid", "without a key it is refused");
        let good = item(&ada, "custom-mine").await["lastTest"]["lastGoodAt"].clone();
        app.skip(Duration::hours(50));
        llm.will_say("", Saying::Models(2));
        let told = test().await;
        assert_eq!(told["outcome"], "unchecked", "{told}");
        assert_eq!((&told["lastGoodAt"], &told["failingSince"]), (&good, &Value::Null), "{told}");
        let page = ada.get(PAGE).await;
        assert!(page.says("Key not checked") && !page.says("Works:"), "{}", page.body);
        assert!(
            page.says("but lists its models without a key, too. The key wasn't tested."),
            "{}",
            page.body
        );
        llm.will_say(FIRST, Saying::Status(401));
        assert_eq!(test().await["outcome"], "refused", "a refusal is one, whatever others get");
        assert!(llm.asked().iter().all(|(path, _)| path == "/v1/models"));
        app.close().await;
    }
}

// 10.3: a project's keys are tried in the same way.
#[actix_web::test]
async fn a_key_of_a_project_is_told_of_in_the_same_words() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        let page = "/settings/admin/projects/default/llm-keys";
        assert_eq!(ada.post(page, &[("provider", "anthropic"), ("key", FIRST)]).await.status, 303);
        for (saying, mark) in
            [(Saying::Status(529), "Provider busy"), (says(200, HTML, "<p>Hello"), "A web page")]
        {
            llm.will_say(FIRST, saying);
            let tried = ada.post(&format!("{page}/anthropic/test"), &[]).await;
            assert!(tried.status == 200 && tried.says(mark), "{}", tried.body);
        }
        let events = app.dump("events").await;
        assert!(events.iter().any(|event| event.contains("unrecognized")), "{events:?}");
        assert_eq!(ada.post_json(&format!("{API}/anthropic/test"), &json!({})).await.status, 404);
        app.close().await;
    }
}
