//! Secrets that are typed where others read them: every text field of every page, and every text of the API.

use std::collections::BTreeSet;

use gatehouse::stray_secret::LOOKS_SECRET;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::{Two, each};
use crate::web::support::{Answer, Form, Visitor, forms};

const SECRETS: [&str; 3] = [
    "sk-ant-api03-CANARY0123456789-abcdefghijklmnop",
    "gsk_CANARY0123456789abcdef",
    "3f2a9c0d1b4e5f60718293a4b5c6d7e8",
];
/// What every field that is kept is called, with the pages on which it only confirms something.
const KEPT: [&str; 7] = ["name", "slug", "reason", "emails", "addresses", "base_url", "domains.0.name"];
const CONFIRMING: [&str; 2] = ["/deletion", "/departure"];
/// Where a secret would stay.
const TABLES: [&str; 10] = [
    "organizations",
    "organization_slugs",
    "org_settings",
    "teams",
    "projects",
    "tokens",
    "llm_keys",
    "invites",
    "events",
    "operator_entries",
];

fn pages(two: &Two) -> Vec<String> {
    let of_acme = [
        "settings/admin",
        "settings/admin/access",
        "settings/admin/invites",
        "settings/admin/llm-keys?provider=custom",
        "settings/admin/danger/slug",
        "settings/admin/danger/transfer",
        "settings/admin/danger/deletion",
        "settings/admin/teams/platform",
        "settings/admin/projects",
        "settings/admin/projects/bot",
        "settings/admin/projects/old/deletion",
        "settings/admin/projects/bot/tokens/new",
        "settings/admin/projects/bot/llm-keys?provider=custom",
    ];
    let site = ["/orgs/new".to_owned(), "/settings/tokens/new".to_owned(), "/settings/deletion".to_owned()];
    let entry = format!("/operator/organizations/{}/entry", two.globex);
    of_acme.map(|page| format!("/orgs/acme/{page}")).into_iter().chain(site).chain([entry]).collect()
}

fn filled(form: &Form, field: &str, secret: &str) -> Form {
    let mut fields = form.fields.clone();
    for (name, value) in &mut fields {
        if name == field {
            secret.clone_into(value);
        } else if value.is_empty() && name == "key" {
            "sk-0123456789abcdefghij".clone_into(value);
        }
    }
    Form { action: form.action.clone(), fields, texts: Vec::new() }
}

fn assert_refused(what: &str, answer: &Answer, secret: &str) {
    assert_eq!(answer.status, 422, "{what}: {}", answer.body);
    assert!(!answer.body.contains(secret), "{what} comes back: {}", answer.body);
    let headers = format!("{:?}", answer.headers);
    assert!(!headers.contains(secret), "{what} comes back: {headers}");
}

/// The good addresses of a paste are invited, and a secret beside them is left out.
async fn assert_left_out(ada: &Visitor, answer: &Answer, secret: &str) {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = ada.get(answer.location()).await;
    assert!(page.status == 200 && !page.body.contains(secret), "{}", page.body);
}

async fn kept(two: &Two) -> Vec<String> {
    let mut rows = Vec::new();
    for table in TABLES {
        let dump = two.app.dump(table).await;
        rows.extend(dump.into_iter().filter(|row| SECRETS.iter().any(|secret| row.contains(secret))));
    }
    rows
}

async fn made(two: &Two, ada: &Visitor) {
    two.app.make_operator("ada@acme.test").await;
    for (path, body) in [
        ("teams", json!({ "name": "Platform" })),
        ("projects", json!({ "name": "Bot" })),
        ("projects", json!({ "name": "Old" })),
    ] {
        let path = format!("/api/organizations/{}/{path}", two.acme);
        let answer = ada.post_json(&path, &body).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
    }
    assert_eq!(ada.post("/orgs/acme/settings/admin/projects/old/archiving", &[]).await.status, 303);
    let settings = format!("/api/organizations/{}/admin/settings", two.acme);
    let answer = ada.patch(&settings, &json!({ "allowedEmailDomains": ["acme.test"] })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[actix_web::test]
async fn what_looks_like_a_secret_is_refused_in_every_text_field_and_does_not_come_back() {
    for two in each(&[("ORG_CREATORS", "ada@acme.test")]).await {
        let ada = two.ada().await;
        made(&two, &ada).await;
        let mut tried = BTreeSet::new();
        for page in pages(&two) {
            let shown = ada.get(&page).await;
            assert_eq!(shown.status, 200, "{page}: {}", shown.body);
            for form in forms(&shown.body) {
                for field in &form.texts {
                    let is_kept = KEPT.contains(&field.as_str())
                        && !CONFIRMING.iter().any(|end| form.action.ends_with(end));
                    for secret in SECRETS {
                        for text in [secret.to_owned(), format!("a@acme.test, {secret}")] {
                            let what = format!("{field} of {} with {text}", form.action);
                            let answer = ada.submit(&filled(&form, field, &text)).await;
                            if field == "addresses" && text != secret {
                                assert_left_out(&ada, &answer, secret).await;
                                continue;
                            }
                            assert_refused(&what, &answer, secret);
                            assert!(!is_kept || answer.says(LOOKS_SECRET), "{what}: {}", answer.body);
                        }
                    }
                    tried.insert(format!("{} {field}", form.action));
                }
            }
        }
        assert!(tried.len() > 20, "{tried:#?}");
        let simulator = format!("/orgs/acme/settings/admin/access?try={}", SECRETS[0]);
        assert!(!ada.get(&simulator).await.body.contains(SECRETS[0]));
        assert_eq!(kept(&two).await, Vec::<String>::new());
        two.close().await;
    }
}

#[actix_web::test]
async fn what_looks_like_a_secret_is_refused_in_every_text_of_the_api() {
    for two in each(&[("ORG_CREATORS", "ada@acme.test")]).await {
        let ada = two.ada().await;
        made(&two, &ada).await;
        let org = format!("/api/organizations/{}", two.acme);
        let project = two.app.texts("SELECT id FROM projects WHERE slug = 'bot'").await.remove(0);
        let team = two.app.texts("SELECT id FROM teams WHERE slug = 'platform'").await.remove(0);
        for secret in SECRETS {
            let texts: [(Method, String, Value); 13] = [
                (Method::POST, "/api/organizations".to_owned(), json!({ "name": secret })),
                (Method::POST, "/api/organizations".to_owned(), json!({ "name": "Third", "slug": secret })),
                (Method::PATCH, format!("{org}/admin/settings"), json!({ "name": secret })),
                (Method::PATCH, format!("{org}/admin/settings"), json!({ "allowedEmailDomains": [secret] })),
                (Method::PATCH, format!("{org}/admin/settings"), json!({ "allowedEmails": [secret] })),
                (Method::POST, format!("{org}/teams"), json!({ "name": secret })),
                (Method::PATCH, format!("{org}/teams/{team}"), json!({ "name": secret })),
                (Method::POST, format!("{org}/projects"), json!({ "name": secret })),
                (Method::PATCH, format!("{org}/projects/{project}"), json!({ "name": secret })),
                (
                    Method::POST,
                    format!("{org}/projects/{project}/tokens"),
                    json!({ "name": secret, "scopes": ["keys:read"] }),
                ),
                (Method::POST, format!("{org}/admin/invites"), json!({ "email": secret, "role": "member" })),
                (
                    Method::PUT,
                    format!("{org}/admin/llm-keys/custom-box"),
                    json!({ "name": secret, "baseUrl": "https://h.test/v1", "key": "k-0123456789" }),
                ),
                (
                    Method::PUT,
                    format!("{org}/admin/llm-keys/custom-box"),
                    json!({ "baseUrl": format!("https://h.test/{secret}/v1"), "key": "k-0123456789" }),
                ),
            ];
            for (method, path, body) in texts {
                let request = ada.request(method.clone(), &path).header("origin", &ada.base).json(&body);
                assert_refused(&format!("{method} {path} {body}"), &ada.send(request).await, secret);
            }
        }
        let key = json!({ "baseUrl": "https://h.test/v1", "key": "k-0123456789" });
        let path = format!("{org}/admin/llm-keys/custom-{}", SECRETS[2]);
        assert_refused(&path, &ada.put(&path, &key).await, SECRETS[2]);
        assert_eq!(kept(&two).await, Vec::<String>::new());
        two.close().await;
    }
}
