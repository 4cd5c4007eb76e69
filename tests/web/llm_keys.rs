//! LLM keys (rules 4.1 to 4.5): set, tried, replaced, removed, and read back by no one (threats L, N, X43).

use std::time::{Duration as Real, Instant};

use chrono::Duration;
use gatehouse::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Database, Llm, Saying, TestApp, Visitor, free_port, on_both_databases};

pub(super) const PAGE: &str = "/settings/admin/llm-keys";
pub(super) const API: &str = "/api/admin/llm-keys";
pub(super) const FIRST: &str = "sk-ant-CANARY-first-0000-a1b2";
const SECOND: &str = "sk-ant-CANARY-second-000-c3d4";
const OPENAI: &str = "sk-CANARY-openai-0000-e5f6";
const OTHER: &str = "sk-proj-CANARY-other-000-e5f6";
const AZURE: &str = "CANARY-azure-0123456789-a1b2";

/// An application on each database whose providers all are one stub.
pub(super) async fn houses(more: &[(&str, &str)]) -> Vec<(TestApp, Llm)> {
    let mut houses = Vec::new();
    for database in Database::each().await {
        let llm = Llm::start().await;
        let allow = format!("127.0.0.1:{}", llm.port);
        let settings = [
            ("LLM__ANTHROPIC__BASE_URL", llm.base.as_str()),
            ("LLM__OPENAI__BASE_URL", llm.base.as_str()),
            ("LLM__GOOGLE__BASE_URL", llm.base.as_str()),
            ("OUTBOUND_ALLOW", allow.as_str()),
        ];
        let settings: Vec<_> = settings.into_iter().chain(more.iter().copied()).collect();
        houses.push((TestApp::open_with(database, &settings).await, llm));
    }
    houses
}

pub(super) async fn set(admin: &Visitor, provider: &str, key: &str) {
    let answer = admin.post(PAGE, &[("provider", provider), ("key", key)]).await;
    assert_eq!((answer.status, answer.location()), (303, PAGE), "{}", answer.body);
}

/// What the API tells of a provider.
pub(super) async fn item(admin: &Visitor, provider: &str) -> Value {
    let list = admin.get(API).await.json();
    let items = list["items"].as_array().expect("items").clone();
    items.into_iter().find(|item| item["provider"] == provider).unwrap_or_else(|| panic!("no {provider}"))
}

async fn act(admin: &Visitor, path: &str) -> u16 {
    admin.post(&format!("{PAGE}/{path}"), &[]).await.status
}

/// What the stub is shown is what was saved.
async fn works_with(admin: &Visitor, llm: &Llm, provider: &str, key: &str) {
    let answer = admin.post_json(&format!("{API}/{provider}/test"), &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let shown = llm.asked().into_iter().map(|(_, key)| key).rfind(|key| !key.is_empty());
    assert_eq!(shown.expect("a request with a key"), key);
}

#[actix_web::test]
async fn a_key_is_set_and_no_one_reads_it_back() {
    for (app, _llm) in houses(&[]).await {
        let ada = app.owner().await;
        assert!(ada.get(PAGE).await.says("No keys yet"));
        assert!(ada.get(&format!("{PAGE}?provider=anthropic")).await.says("Starts with sk-ant-"));
        set(&ada, "anthropic", &format!("  {FIRST}\n")).await;
        let page = ada.get(PAGE).await;
        assert!(page.says("a1b2") && page.says("Not tested") && page.says("Stored"), "{}", page.body);
        let told = item(&ada, "anthropic").await;
        assert_eq!(
            [&told["isSet"], &told["source"], &told["lastFour"], &told["setBy"], &told["hasPrevious"]],
            [&json!(true), &json!("organization"), &json!("a1b2"), &json!("Ada Lovelace"), &json!(false)]
        );
        let form = ada.get(&format!("{PAGE}?provider=anthropic")).await;
        for text in [page.body, told.to_string(), form.body] {
            assert!(!text.contains("CANARY"), "{text}");
        }
        for table in ["llm_keys", "llm_key_health", "events"] {
            let rows = app.dump(table).await;
            assert!(!rows.iter().any(|row| row.contains("CANARY")), "{table}");
        }
        app.close().await;
    }
}

// V20, X43, 4.5
#[actix_web::test]
async fn each_answer_of_a_provider_has_its_sentence() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        set(&ada, "anthropic", FIRST).await;
        let cases = [
            (Saying::Models(12), "valid", "Works: 12 models"),
            (Saying::Status(401), "refused", "Rejected by Anthropic (401)"),
            (Saying::Status(402), "out_of_credit", "credit or quota is used up (402)"),
            (Saying::Status(403), "unexplained", "without saying why (403)"),
            (Saying::Status(429), "rate_limited", "limiting the rate of requests (429)"),
            (Saying::Status(500), "busy", "Anthropic failed (500)"),
            (Saying::Status(529), "busy", "Anthropic is overloaded (529)"),
            (
                Saying::Redirect(format!("{}/elsewhere", llm.base)),
                "unreachable",
                "redirect (302), which is not followed",
            ),
            (Saying::Bytes(2_000_000), "unreachable", "larger than 1 MB"),
            (Saying::Models(1), "valid", "Works: 1 model,"),
        ];
        for (n, (saying, outcome, words)) in cases.into_iter().enumerate() {
            llm.will_say(FIRST, saying);
            // Ten in a minute are enough for one client.
            let client = format!("192.0.2.{n}");
            let request =
                ada.request(Method::POST, &format!("{API}/anthropic/test")).header("origin", &ada.base);
            let request = request.header("x-forwarded-for", &client);
            let answer = ada.send(request).await.json();
            assert_eq!(answer["outcome"], outcome, "{answer}");
            assert!(answer["detail"].as_str().expect("a sentence").contains(words), "{answer}");
            assert!(ada.get(PAGE).await.says(words), "{words}");
        }
        assert!(
            llm.asked().iter().all(|(path, key)| path == "/v1/models" && key == FIRST),
            "{:?}",
            llm.asked()
        );
        llm.stop().await;
        let page = ada.post(&format!("{PAGE}/anthropic/test"), &[]).await;
        assert!(page.status == 200 && page.says("Failing") && page.says("refused"), "{}", page.body);
        assert!(page.says("Last known good") || page.says("last known good"), "{}", page.body);
        assert_eq!(item(&ada, "anthropic").await["lastFour"], "a1b2", "the key is untouched");
        app.close().await;
    }
}

// X43
#[actix_web::test]
async fn a_provider_that_hangs_is_given_ten_seconds() {
    let llm = Llm::start().await;
    let settings = [("LLM__ANTHROPIC__BASE_URL", llm.base.as_str())];
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    let ada = app.owner().await;
    set(&ada, "anthropic", FIRST).await;
    llm.will_say(FIRST, Saying::Silence);
    let begun = Instant::now();
    let answer = ada.post_json(&format!("{API}/anthropic/test"), &json!({})).await.json();
    assert!(begun.elapsed() < Real::from_secs(12), "{:?}", begun.elapsed());
    assert!(
        answer["outcome"] == "unreachable"
            && answer["detail"].as_str().expect("a sentence").contains("10 seconds")
    );
    app.close().await;
}

#[actix_web::test]
async fn a_replaced_key_comes_back_with_one_click_until_it_is_removed() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        set(&ada, "anthropic", FIRST).await;
        assert_eq!(act(&ada, "anthropic/reversion").await, 409, "there is none before it");
        set(&ada, "anthropic", SECOND).await;
        works_with(&ada, &llm, "anthropic", SECOND).await;
        assert!(ada.get(PAGE).await.says("a1b2"), "the one before it is named");
        assert_eq!(act(&ada, "anthropic/reversion").await, 303);
        works_with(&ada, &llm, "anthropic", FIRST).await;
        assert_eq!(act(&ada, "anthropic/reversion").await, 303, "and forth");
        works_with(&ada, &llm, "anthropic", SECOND).await;
        assert_eq!(act(&ada, "anthropic/previous/removal").await, 303);
        assert_eq!(act(&ada, "anthropic/reversion").await, 409);
        assert_eq!(app.rows_in("llm_keys").await, 1, "it is erased");
        for key in [FIRST, SECOND, FIRST, SECOND] {
            set(&ada, "anthropic", key).await;
        }
        assert_eq!(app.rows_in("llm_keys").await, 2, "one is kept");
        app.close().await;
    }
}

#[actix_web::test]
async fn a_removed_key_can_be_brought_back_for_ten_minutes_and_is_then_erased() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        assert_eq!(act(&ada, "anthropic/removal").await, 404, "there is none");
        set(&ada, "anthropic", FIRST).await;
        set(&ada, "anthropic", SECOND).await;
        assert_eq!(act(&ada, "anthropic/restoration").await, 409, "nothing was removed");
        assert_eq!(act(&ada, "anthropic/removal").await, 303);
        assert_eq!(item(&ada, "anthropic").await["source"], "none");
        assert_eq!(ada.post_json(&format!("{API}/anthropic/test"), &json!({})).await.status, 404);
        assert!(ada.get(PAGE).await.says("Undo"));
        assert_eq!(act(&ada, "anthropic/restoration").await, 303);
        works_with(&ada, &llm, "anthropic", SECOND).await;
        assert_eq!(act(&ada, "anthropic/reversion").await, 303, "with the one before it");
        assert_eq!(ada.delete(&format!("{API}/anthropic")).await.status, 204);
        app.skip(Duration::minutes(11));
        assert_eq!(act(&ada, "anthropic/restoration").await, 409, "too late");
        assert!(!ada.get(PAGE).await.says("Undo"));
        app.services.key_alarms.wake();
        until(async || app.rows_in("llm_keys").await == 0).await;
        app.close().await;
    }
}

pub(super) async fn until(fact: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !fact().await {
        assert!(begun.elapsed() < Real::from_secs(20), "it does not come true");
        actix_web::rt::time::sleep(Real::from_millis(50)).await;
    }
}

// 4.2
#[actix_web::test]
async fn the_environments_key_is_used_where_the_organization_has_none() {
    for (app, llm) in houses(&[("OPENAI_API_KEY", "sk-CANARY-environment-e5f6")]).await {
        let ada = app.owner().await;
        let told = item(&ada, "openai").await;
        assert_eq!([&told["source"], &told["lastFour"]], [&json!("environment"), &json!("e5f6")]);
        let page = ada.get(PAGE).await;
        assert!(page.says("OPENAI_API_KEY") && !page.body.contains("CANARY"));
        llm.will_say("sk-CANARY-environment-e5f6", Saying::Models(3));
        works_with(&ada, &llm, "openai", "sk-CANARY-environment-e5f6").await;
        assert!(ada.get(PAGE).await.says("Works: 3 models"), "and it is remembered");
        assert_eq!(act(&ada, "openai/removal").await, 404, "it is not the organization's to remove");
        set(&ada, "openai", "sk-CANARY-own-g7h8").await;
        assert_eq!(item(&ada, "openai").await["source"], "organization");
        assert!(ada.get(PAGE).await.says("Stored key is used. Environment key is ignored."));
        works_with(&ada, &llm, "openai", "sk-CANARY-own-g7h8").await;
        act(&ada, "openai/removal").await;
        assert_eq!(item(&ada, "openai").await["source"], "environment");
        assert!(ada.get(PAGE).await.says("Undo"), "the removed one can still be brought back");
        app.close().await;
    }
}

// L09, 4.2
#[actix_web::test]
async fn a_damaged_key_is_told_loudly_and_the_environments_is_not_used_instead() {
    for (app, llm) in houses(&[("ANTHROPIC_API_KEY", "sk-ant-CANARY-environment-e5f6")]).await {
        let ada = app.owner().await;
        set(&ada, "anthropic", FIRST).await;
        set(&ada, "openai", "sk-CANARY-own-g7h8").await;
        llm.will_say("sk-CANARY-own-g7h8", Saying::Models(1));
        llm.will_say(SECOND, Saying::Models(1));
        let sealed =
            app.texts("SELECT sealed_key FROM llm_keys WHERE provider = 'anthropic'").await.remove(0);
        let at = sealed.len() - 6;
        let other = if &sealed[at..=at] == "A" { "B" } else { "A" };
        let flipped = format!("{}{other}{}", &sealed[..at], &sealed[at + 1..]);
        app.run("UPDATE llm_keys SET sealed_key = $1 WHERE provider = 'anthropic'", [flipped.into()]).await;
        let page = ada.get(PAGE).await;
        assert!(
            page.status == 200 && page.says("Needs attention") && page.says("can't be decrypted"),
            "{}",
            page.body
        );
        assert!(page.says("It isn’t used instead."));
        let told = item(&ada, "anthropic").await;
        assert_eq!([&told["source"], &told["isSet"]], [&json!("unreadable"), &json!(true)]);
        assert_eq!(ada.post_json(&format!("{API}/anthropic/test"), &json!({})).await.status, 409);
        assert!(llm.asked().is_empty(), "nothing was sent");
        works_with(&ada, &llm, "openai", "sk-CANARY-own-g7h8").await;
        app.services.key_alarms.wake();
        until(async || ada.get("/settings/admin").await.says("The Anthropic key can't be decrypted.")).await;
        set(&ada, "anthropic", SECOND).await;
        works_with(&ada, &llm, "anthropic", SECOND).await;
        until(async || !ada.get("/settings/admin").await.says("can't be decrypted")).await;
        app.close().await;
    }
}

// L07, 4.1
#[actix_web::test]
async fn a_sealed_key_that_was_moved_does_not_open() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        let own = format!("{}/v1", llm.base);
        set(&ada, "anthropic", FIRST).await;
        set(&ada, "openai", OTHER).await;
        let custom = [
            ("provider", "custom"),
            ("name", "Mine"),
            ("base_url", own.as_str()),
            ("key", "CANARY-mine-i9j0"),
        ];
        assert_eq!(ada.post(PAGE, &custom).await.status, 303);
        app.run("INSERT INTO organizations (id, slug, name, version, created_at, updated_at) VALUES ($1, $1, 'Globex', 1, 0, 0)", ["globex".into()]).await;
        let sealed = app.texts("SELECT sealed_key FROM llm_keys WHERE provider = 'openai'").await.remove(0);
        let moves = [
            (
                "another row's",
                format!("UPDATE llm_keys SET sealed_key = '{sealed}' WHERE provider = 'anthropic'"),
                "anthropic",
            ),
            (
                "another provider",
                "UPDATE llm_keys SET provider = 'mistral' WHERE provider = 'openai'".to_owned(),
                "mistral",
            ),
            (
                "another address",
                "UPDATE llm_keys SET base_url = 'https://evil.example/' WHERE provider = 'custom-mine'"
                    .to_owned(),
                "custom-mine",
            ),
        ];
        for (what, sql, provider) in moves {
            app.run(&sql, []).await;
            assert_eq!(item(&ada, provider).await["source"], "unreadable", "{what}");
            assert_eq!(
                ada.post_json(&format!("{API}/{provider}/test"), &json!({})).await.status,
                409,
                "{what}"
            );
        }
        set(&ada, "groq", "gsk_CANARY-k1l2-m3n4").await;
        app.run("UPDATE llm_keys SET organization_id = 'globex' WHERE provider = 'groq'", []).await;
        assert_eq!(item(&ada, "groq").await["source"], "none", "it is somebody else's now");
        let ben = app.foreign_owner("ben@globex.test").await;
        assert_eq!(ben.get(API).await.status, 403, "single tenancy");
        app.run(
            "UPDATE llm_keys SET organization_id = 'default', id = 'another' WHERE provider = 'groq'",
            [],
        )
        .await;
        assert_eq!(item(&ada, "groq").await["source"], "unreadable", "another row");
        assert!(llm.asked().is_empty(), "nothing was sent");
        app.close().await;
    }
}

// L04
#[actix_web::test]
async fn a_stored_key_is_never_sent_to_a_new_address() {
    for (app, llm) in houses(&[]).await {
        let other = Llm::start().await;
        let ada = app.owner().await;
        let azure = [("provider", "azure-openai"), ("base_url", llm.base.as_str()), ("key", AZURE)];
        assert_eq!(ada.post(PAGE, &azure).await.status, 303);
        let moved = [("provider", "azure-openai"), ("base_url", other.base.as_str()), ("key", "")];
        let answer = ada.post(PAGE, &moved).await;
        assert_eq!(answer.status, 422);
        assert!(answer.says("Enter the key again. We never send a stored key to a new address."));
        assert!(answer.says(&other.base), "the address that was typed is kept");
        let answer = ada.put(&format!("{API}/azure-openai"), &json!({ "baseUrl": other.base })).await;
        assert_eq!(answer.status, 422);
        works_with(&ada, &llm, "azure-openai", AZURE).await;
        assert_eq!(llm.asked()[0].0, "/openai/models?api-version=2024-10-21");
        assert!(other.asked().is_empty());
        let elsewhere =
            ada.put(&format!("{API}/anthropic"), &json!({ "baseUrl": other.base, "key": FIRST })).await;
        assert_eq!(elsewhere.status, 422, "Anthropic's address is fixed");
        app.close().await;
    }
}

// N01, N02, N07
#[actix_web::test]
async fn private_addresses_are_refused_when_they_are_saved() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        let addresses = [
            "https://127.0.0.1/v1",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/",
            "https://198.18.0.1/",
            "https://0.0.0.0/",
            "https://[::1]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://localhost/",
            "https://a.localhost/",
            "http://203.0.113.9.example/",
            "https://llm.example:25/",
            "https://llm.example:5432/",
            "ftp://llm.example/",
            "file:///etc/passwd",
            "unix:/run/x",
            "https://u:p@llm.example/",
        ];
        for address in addresses {
            let form = [("provider", "custom"), ("name", "Mine"), ("base_url", address), ("key", FIRST)];
            let answer = ada.post(PAGE, &form).await;
            assert_eq!(answer.status, 422, "{address}");
            let shown = address.replace("u:p@", "");
            assert!(answer.says(&shown) && !answer.body.contains("CANARY"), "{address}: the form comes back");
            let body = json!({ "key": FIRST, "name": "Mine", "baseUrl": address });
            let answer = ada.put(&format!("{API}/custom-mine"), &body).await;
            assert_eq!(answer.status, 422, "{address}");
            assert!(answer.json()["errors"]["baseUrl"].is_array(), "{}", answer.body);
        }
        assert_eq!(app.rows_in("llm_keys").await, 0);
        assert!(llm.asked().is_empty());
        app.close().await;
    }
}

// N10
#[actix_web::test]
async fn a_server_of_ones_own_works_where_the_operator_allows_it() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        let base = format!("{}/v1", llm.base);
        let form =
            [("provider", "custom"), ("name", "GPU box"), ("base_url", base.as_str()), ("key", "ollama")];
        assert_eq!(ada.post(PAGE, &form).await.status, 303);
        llm.will_say("ollama", Saying::Models(2));
        works_with(&ada, &llm, "custom-gpu-box", "ollama").await;
        let page = ada.get(PAGE).await;
        assert!(page.says("GPU box") && page.says("Works: 2 models") && page.says(&base), "{}", page.body);
        assert!(item(&ada, "custom-gpu-box").await["lastFour"].is_null(), "too short to show any of it");
        let again = ada.post(PAGE, &form).await;
        assert!(again.status == 422 && again.says("This name is taken."));
        let beside = format!("http://127.0.0.1:{}/v1", free_port());
        let form =
            [("provider", "custom"), ("name", "Other"), ("base_url", beside.as_str()), ("key", "ollama")];
        let answer = ada.post(PAGE, &form).await;
        assert_eq!(answer.status, 422, "only that port");
        assert!(answer.says("GATEHOUSE_OUTBOUND_ALLOW"), "{}", answer.body);
        let audited = app.dump("events").await;
        assert!(
            audited.iter().any(|event| event.contains("custom-gpu-box") && event.contains(&base)),
            "{audited:?}"
        );
        app.close().await;
    }
}

#[actix_web::test]
async fn wrong_input_comes_back_with_a_sentence_and_without_the_key() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        let long = "CANARY".repeat(1000);
        for key in [
            "",
            "   ",
            "CANARY with blanks",
            "OPENAI_API_KEY=CANARY-1",
            "Bearer CANARY-1",
            "\"CANARY-1\"",
            "CANARY-\u{7}",
            "CANARY-é",
            &long,
        ] {
            let answer = ada.post(PAGE, &[("provider", "openai"), ("key", key)]).await;
            assert_eq!(answer.status, 422, "{key}");
            assert!(answer.says("There is 1 problem") && !answer.body.contains("CANARY"), "{}", answer.body);
            let answer = ada.put(&format!("{API}/openai"), &json!({ "key": key })).await;
            assert!(answer.status == 422 && answer.json()["errors"]["key"].is_array(), "{}", answer.body);
            assert!(!answer.body.contains("CANARY"));
        }
        for body in [
            json!("CANARY"),
            json!({ "key": ["CANARY"] }),
            json!({ "key": "k", "sk-proj-CANARYCANARYCANARYCANARYCANARY12": 1 }),
        ] {
            let answer = ada.put(&format!("{API}/openai"), &body).await;
            assert!(answer.status == 422 && !answer.body.contains("CANARY"), "{}", answer.body);
        }
        for (provider, status) in [("nope", 404), ("", 404), ("custom-nope", 404), ("OpenAI", 404)] {
            let answer = ada.post(PAGE, &[("provider", provider), ("key", FIRST)]).await;
            assert_eq!(answer.status, status, "{provider}");
        }
        assert_eq!(ada.put(&format!("{API}/nope"), &json!({ "key": FIRST })).await.status, 404);
        assert_eq!(ada.get(&format!("{PAGE}?provider=nope")).await.status, 404);
        assert_eq!(app.rows_in("llm_keys").await, 0);
        assert!(llm.asked().is_empty());
        app.close().await;
    }
}

// L13
#[actix_web::test]
async fn members_see_configured_or_missing_and_nothing_else() {
    for (app, _llm) in houses(&[("OPENAI_API_KEY", "sk-CANARY-environment-e5f6")]).await {
        let ada = app.owner().await;
        set(&ada, "anthropic", FIRST).await;
        set(&ada, "anthropic", SECOND).await;
        let sam = app.person("sam@acme.test", Role::Member).await;
        let page = sam.get(PAGE).await;
        assert!(page.status == 200 && page.says("Configured") && page.says("Not set"));
        for hidden in [
            "c3d4",
            "a1b2",
            "e5f6",
            "OPENAI_API_KEY",
            "Ada Lovelace",
            "<form method=\"post\" action=\"/settings/admin/llm-keys",
            "Not tested",
        ] {
            assert!(!page.body.contains(hidden), "{hidden}");
        }
        let told = sam.get("/api/org/llm-keys").await.json();
        assert_eq!(told["items"][0], json!({ "provider": "anthropic", "name": "Anthropic", "isSet": true }));
        assert_eq!(told["items"][3]["isSet"], false);
        assert_eq!(sam.get(API).await.status, 403);
        assert_eq!(
            sam.get(&format!("{PAGE}?provider=openai")).await.body.matches("type=\"password\"").count(),
            0
        );
        for path in ["anthropic/test", "anthropic/removal", "anthropic/reversion"] {
            assert_eq!(act(&sam, path).await, 403);
        }
        assert_eq!(sam.post(PAGE, &[("provider", "openai"), ("key", FIRST)]).await.status, 403);
        app.close().await;
    }
}

// L18, U01, U02
#[actix_web::test]
async fn every_act_leaves_one_event_with_four_characters() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        llm.will_say(SECOND, Saying::Models(1));
        set(&ada, "anthropic", FIRST).await;
        set(&ada, "anthropic", SECOND).await;
        ada.post_json(&format!("{API}/anthropic/test"), &json!({})).await;
        for act_ in ["reversion", "previous/removal", "removal", "restoration"] {
            assert_eq!(act(&ada, &format!("anthropic/{act_}")).await, 303);
        }
        let events: Vec<String> =
            app.events().await.into_iter().filter(|event| event.starts_with("llm_key.")).collect();
        let acts = ["set", "replaced", "tested", "reverted", "previous_erased", "removed", "restored"];
        assert_eq!(events, acts.map(|act| format!("llm_key.{act} done anthropic")));
        let rows: Vec<String> =
            app.dump("events").await.into_iter().filter(|row| row.contains("llm_key.")).collect();
        assert!(rows.iter().all(|row| row.contains("ada@acme.test") && !row.contains("CANARY")));
        assert!(rows.iter().any(|row| row.contains("a1b2") && row.contains("c3d4")), "before and after");
        app.close().await;
    }
}

// 8: health
#[actix_web::test]
async fn stored_keys_are_tried_daily_once_across_instances() {
    for (app, llm) in houses(&[]).await {
        let settings = [("LLM__ANTHROPIC__BASE_URL", llm.base.as_str())];
        let (second, handle) = app.second_instance_with(&settings).await;
        let ada = app.owner().await;
        let sam = app.person("sam@acme.test", Role::Member).await;
        llm.will_say(FIRST, Saying::Models(1));
        set(&ada, "anthropic", FIRST).await;
        app.services.key_alarms.wake();
        actix_web::rt::time::sleep(Real::from_millis(300)).await;
        assert!(llm.asked().is_empty(), "not before its time");
        app.skip(Duration::hours(27));
        app.services.key_alarms.wake();
        until(async || item(&ada, "anthropic").await["lastTest"]["outcome"] == "valid").await;
        llm.will_say(FIRST, Saying::Status(401));
        app.skip(Duration::hours(27));
        // Any change on the other instance makes that one look, too.
        let there = ada.at(&second);
        set(&there, "mistral", "CANARY-mistral-0000-z9").await;
        app.services.key_alarms.wake();
        until(async || item(&ada, "anthropic").await["lastTest"]["outcome"] == "refused").await;
        actix_web::rt::time::sleep(Real::from_millis(500)).await;
        assert_eq!(llm.asked().len(), 2, "each day's try was made once: {:?}", llm.asked());
        let told = item(&ada, "anthropic").await;
        assert!(told["lastTest"]["failingSince"].is_string() && told["lastTest"]["lastGoodAt"].is_string());
        app.services.key_alarms.wake();
        until(async || ada.get("/settings/admin/users").await.says("The Anthropic key is failing.")).await;
        assert!(!sam.get("/settings/admin").await.says("is failing"), "the banner is for admins");
        handle.stop(false).await;
        app.close().await;
    }
}

// Q01
on_both_databases!(tests_of_keys_are_rate_limited, two_admins_who_replace_a_key_at_once_leave_one_in_use);

async fn tests_of_keys_are_rate_limited(app: &TestApp) {
    let ada = app.owner().await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(ada.post_json(&format!("{API}/groq/test"), &json!({})).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 10, "there is no key");
    assert_eq!(statuses[11], 429);
}

async fn two_admins_who_replace_a_key_at_once_leave_one_in_use(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    for _ in 0..10 {
        let (one, other) = (set(&ada, "anthropic", FIRST), set(&ben, "anthropic", SECOND));
        futures_util::future::join(one, other).await;
    }
    assert_eq!(app.count("SELECT count(*) FROM llm_keys WHERE replaced_at IS NULL").await, 1);
    assert_eq!(app.rows_in("llm_keys").await, 2);
    assert_eq!(app.rows_in("llm_key_health").await, 2);
}

#[actix_web::test]
async fn a_key_that_is_erased_is_erased_on_the_disk() {
    for (app, _llm) in houses(&[]).await {
        let url = app.database_url();
        let Some(file) = url.strip_prefix("sqlite://").map(std::path::PathBuf::from) else { continue };
        let ada = app.owner().await;
        set(&ada, "anthropic", FIRST).await;
        set(&ada, "openai", OPENAI).await;
        let sealed = async |provider: &str| {
            let sql = format!("SELECT sealed_key FROM llm_keys WHERE provider = '{provider}'");
            app.texts(&sql).await.pop().expect("a key")
        };
        let (gone, stays) = (sealed("anthropic").await, sealed("openai").await);
        assert_eq!(act(&ada, "anthropic/removal").await, 303);
        app.skip(Duration::minutes(11));
        app.services.key_alarms.wake();
        until(async || app.rows_in("llm_keys").await == 1).await;
        let holds = |text: &str| {
            let log = file.with_file_name("gatehouse.db-wal");
            let written = [&file, &log].map(|file| std::fs::read(file).unwrap_or_default()).concat();
            written.windows(text.len()).any(|part| part == text.as_bytes())
        };
        until(async || !holds(&gone[30..])).await;
        assert!(holds(&stays), "what stays is there as it was written");
        app.close().await;
    }
}
