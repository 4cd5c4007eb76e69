//! What people paste (4.1, L04): addresses of endpoints, keys of other providers, and what is no key.

use serde_json::json;

use super::llm_keys::{API, FIRST, PAGE, houses, item};
use super::support::{Answer, Saying, TestApp, Visitor, on_both_databases};
use super::tokens::default_project;

/// Where keys are set: two pages, and the API of both.
async fn places(app: &TestApp) -> [(String, String); 2] {
    let project = default_project(app, "default").await;
    [
        (PAGE.to_owned(), API.to_owned()),
        ("/settings/admin/projects/default/llm-keys".to_owned(), format!("/api/projects/{project}/llm-keys")),
    ]
}

async fn puts(admin: &Visitor, api: &str, provider: &str, body: serde_json::Value) -> Answer {
    admin.put(&format!("{api}/{provider}"), &body).await
}

/// What is pasted, and what is said of it.
const NO_KEYS: [(&str, &str); 18] = [
    ("CANARY-1\",", "without quotes, commas or semicolons"),
    ("\"CANARY-1\"", "without quotes"),
    ("“CANARY-1”", "without quotes"),
    ("OPENAI_API_KEY=CANARY-1", "without its name"),
    ("export OPENAI_API_KEY=\"CANARY-1\"", "without its name"),
    ("\"apiKey\": \"CANARY-1\"", "without its name"),
    ("Authorization: Bearer CANARY-1", "without its name"),
    ("Bearer CANARY-1", "without “Bearer”"),
    ("sk-…CANARY", "masked"),
    ("sk-CANARY***", "masked"),
    ("CANARY••••••••", "masked"),
    ("sk-...CANARY", "masked"),
    ("sk-your-CANARY-key", "placeholder"),
    ("sk-xxxxxxxxCANARY", "placeholder"),
    ("CANARY with spaces", "contain spaces"),
    ("CANARY-1\nCANARY-2", "contain line breaks"),
    ("CANARY-\u{200b}1", "an invisible character (U+200B)"),
    ("CANARY\u{2013}1", "U+2013"),
];

on_both_databases!(
    what_is_not_a_key_is_refused_in_words_and_does_not_come_back,
    another_providers_key_is_asked_about_before_it_is_saved,
    keys_of_strangers_to_the_catalog_are_asked_about_too
);

async fn what_is_not_a_key_is_refused_in_words_and_does_not_come_back(app: &TestApp) {
    let ada = app.owner().await;
    for (page, api) in places(app).await {
        for (pasted, words) in NO_KEYS {
            let answer = ada.post(&page, &[("provider", "openai"), ("key", pasted)]).await;
            assert_eq!(answer.status, 422, "{page}: {pasted:?}");
            assert!(answer.says("There is 1 problem") && answer.says(words), "{pasted:?}: {}", answer.body);
            assert!(!answer.body.contains("CANARY"), "{pasted:?}");
            let answer = puts(&ada, &api, "openai", json!({ "key": pasted })).await;
            assert_eq!(answer.status, 422, "{api}: {pasted:?}");
            let told = answer.json()["errors"]["key"][0].clone();
            assert!(told.as_str().is_some_and(|told| told.contains(words)), "{pasted:?}: {told}");
            assert!(!answer.body.contains("CANARY"), "{pasted:?}");
        }
    }
    assert_eq!(app.rows_in("llm_keys").await, 0);
}

async fn another_providers_key_is_asked_about_before_it_is_saved(app: &TestApp) {
    let ada = app.owner().await;
    for (n, (page, api)) in (1_i64..).zip(places(app).await) {
        let asked = ada.post(&page, &[("provider", "openai"), ("key", FIRST)]).await;
        assert_eq!(asked.status, 422);
        for words in [
            "This looks like an Anthropic key.",
            "Use this Anthropic key for OpenAI anyway",
            "Add a key for Anthropic instead",
            "Enter the key again",
        ] {
            assert!(asked.says(words), "{words}: {}", asked.body);
        }
        assert!(asked.body.contains(&format!("{page}?provider=anthropic")) && !asked.body.contains("CANARY"));
        for confirmed in ["", "true", "groq"] {
            let fields = [("provider", "openai"), ("key", FIRST), ("confirmed_provider", confirmed)];
            let again = ada.post(&page, &fields).await;
            assert!(again.status == 422 && again.says("This looks like an Anthropic key."), "{confirmed}");
        }
        let no_key = [("provider", "openai"), ("key", ""), ("confirmed_provider", "anthropic")];
        let again = ada.post(&page, &no_key).await;
        assert!(again.status == 422 && again.body.contains("value=\"anthropic\" checked"), "{}", again.body);
        let other = [("provider", "openai"), ("key", "gsk_CANARY-0123"), ("confirmed_provider", "anthropic")];
        assert!(
            ada.post(&page, &other).await.says("This looks like a Groq key."),
            "that one was not asked about"
        );
        let answer = puts(&ada, &api, "openai", json!({ "key": FIRST })).await;
        assert!(answer.status == 422 && !answer.body.contains("CANARY"), "{}", answer.body);
        let told = answer.json()["errors"]["key"].to_string();
        assert!(
            told.contains("an Anthropic key.") && told.contains("`confirmedProvider`: `anthropic`"),
            "{told}"
        );
        let kept = "SELECT count(*) FROM llm_keys WHERE removed_at IS NULL AND replaced_at IS NULL";
        assert_eq!(app.count(kept).await, n - 1, "nothing was saved");

        let sure = [("provider", "openai"), ("key", FIRST), ("confirmed_provider", "anthropic")];
        assert_eq!(ada.post(&page, &sure).await.status, 303);
        assert!(ada.get(&page).await.says("This looks like an Anthropic key."), "the card says it, too");
        let sure = json!({ "key": "gsk_CANARY-0123", "confirmedProvider": "groq" });
        let answer = puts(&ada, &api, "openai", sure).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(app.count(kept).await, n);
    }
}

async fn keys_of_strangers_to_the_catalog_are_asked_about_too(app: &TestApp) {
    let ada = app.owner().await;
    for (key, words) in [
        ("hf_CANARY0123", "This looks like a Hugging Face key."),
        ("r8_CANARY0123", "This looks like a Replicate key."),
        ("sk-or-v1-CANARY0123", "This looks like an OpenRouter key."),
        ("AIzaCANARY0123", "This looks like a Google Gemini key."),
        ("xai-CANARY0123", "This looks like an xAI key."),
        ("pplx-CANARY0123", "This looks like a Perplexity key."),
        ("gh_CANARY0123", "This looks like a Gatehouse key."),
    ] {
        let asked = ada.post(PAGE, &[("provider", "mistral"), ("key", key)]).await;
        assert!(asked.status == 422 && asked.says(words) && !asked.body.contains("CANARY"), "{}", asked.body);
    }
    assert_eq!(app.rows_in("llm_keys").await, 0);
}

#[actix_web::test]
async fn of_a_pasted_endpoint_the_base_is_used_and_shown() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        let base = format!("{}/v1", llm.base);
        for (n, end) in
            ["/chat/completions", "/models/", "/messages?beta=true", "/responses#x", "/embeddings", "/", "//"]
                .into_iter()
                .enumerate()
        {
            let (pasted, name) = (format!("{base}{end}"), format!("Mine {n}"));
            let form = [
                ("provider", "custom"),
                ("name", &*name),
                ("base_url", &*pasted),
                ("key", "sk-ant-any-0123"),
            ];
            assert_eq!(ada.post(PAGE, &form).await.status, 303, "{pasted}");
            let page = ada.get(PAGE).await;
            assert_eq!(page.says("Only the base of the address is used"), end.len() > 2, "{pasted}");
            let provider = format!("custom-mine-{n}");
            assert_eq!(item(&ada, &provider).await["baseUrl"], base, "{pasted}");
            llm.will_say("sk-ant-any-0123", Saying::Models(2));
            let tried = ada.post_json(&format!("{API}/{provider}/test"), &json!({})).await;
            assert_eq!(tried.json()["outcome"], "valid", "{}", tried.body);
            let put = json!({ "key": "any", "name": name, "baseUrl": pasted });
            assert_eq!(puts(&ada, API, &provider, put).await.json()["baseUrl"], base, "{pasted}");
        }
        assert!(llm.asked().iter().all(|(path, _)| path == "/v1/models"), "{:?}", llm.asked());
        app.close().await;
    }
}

#[actix_web::test]
async fn of_a_pasted_endpoint_of_azure_the_resource_is_used() {
    for (app, llm) in houses(&[]).await {
        let ada = app.owner().await;
        for end in [
            "/deployments/gpt/chat/completions?api-version=2024-10-21",
            "/files",
            "/models?api-version=1",
            "",
        ] {
            let pasted = format!("{}/openai{end}", llm.base);
            let form = [("provider", "azure-openai"), ("base_url", &*pasted), ("key", "0123456789abcdef")];
            assert_eq!(ada.post(PAGE, &form).await.status, 303);
            assert_eq!(item(&ada, "azure-openai").await["baseUrl"], format!("{}/", llm.base), "{pasted}");
            ada.post(&format!("{PAGE}/azure-openai/test"), &[]).await;
            assert_eq!(llm.asked().pop().expect("a request").0, "/openai/models?api-version=2024-10-21");
        }
        app.close().await;
    }
}

#[actix_web::test]
async fn a_form_comes_back_with_the_base_and_without_what_was_behind_it() {
    for (app, _llm) in houses(&[]).await {
        let ada = app.owner().await;
        let pasted = "https://llm.example/v1/chat/completions?key=CANARY-0123";
        let form = [("provider", "custom"), ("name", "Mine"), ("base_url", pasted), ("key", "")];
        let answer = ada.post(PAGE, &form).await;
        assert!(
            answer.status == 422 && answer.body.contains("value=\"https://llm.example/v1\""),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains("CANARY"));
        app.close().await;
    }
}

// No secret in an address is shown again (L02).
#[actix_web::test]
async fn a_password_in_an_address_is_refused_and_does_not_come_back() {
    for (app, _llm) in houses(&[]).await {
        let ada = app.owner().await;
        for (provider, name) in [("custom", "Mine"), ("azure-openai", "")] {
            for pasted in [
                "https://ada:CANARY-1@llm.example/v1",
                "https://ada:CAN/ARY-1@llm.example/v1",
                "CANARY@llm.example/v1",
            ] {
                let form =
                    [("provider", provider), ("name", name), ("base_url", pasted), ("key", "sk-0123456789")];
                let answer = ada.post(PAGE, &form).await;
                assert!(
                    answer.status == 422 && answer.says("There is 1 problem"),
                    "{pasted}: {}",
                    answer.body
                );
                assert!(
                    answer.body.contains("llm.example/v1\"") && !answer.body.contains("ARY"),
                    "{pasted}: {}",
                    answer.body
                );
                let body = json!({ "key": "sk-0123456789", "name": "Mine", "baseUrl": pasted });
                let provider = if provider == "custom" { "custom-mine" } else { provider };
                let answer = puts(&ada, API, provider, body).await;
                assert!(answer.status == 422 && !answer.body.contains("ARY"), "{pasted}: {}", answer.body);
            }
        }
        let with_password =
            [("provider", "custom"), ("name", "Mine"), ("base_url", "https://u:p@llm.example"), ("key", "k")];
        assert!(ada.post(PAGE, &with_password).await.says("Leave name and password out of the address."));
        app.close().await;
    }
}

// The operator's address, too.
#[actix_web::test]
async fn an_operator_can_paste_an_endpoint() {
    for (app, llm) in houses(&[]).await {
        for end in ["/v1/messages", "/v1/", "/v1/models?limit=1", ""] {
            let pasted = format!("{}{end}", llm.base);
            let settings = [("LLM__ANTHROPIC__BASE_URL", pasted.as_str())];
            let (second, handle) = app.second_instance_with(&settings).await;
            let ada = app.owner().await.at(&second);
            assert_eq!(puts(&ada, API, "anthropic", json!({ "key": FIRST })).await.status, 200);
            ada.post_json(&format!("{API}/anthropic/test"), &json!({})).await;
            assert_eq!(llm.asked().pop().expect("a request").0, "/v1/models", "{pasted}");
            handle.stop(false).await;
        }
        app.close().await;
    }
}
