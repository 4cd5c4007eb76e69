//! The codes of problems that no other test meets on its way.

use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::path::Path;

use gatehouse::api_document::codes_by_status;
use gatehouse::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, TestApp, Visitor, on_both_databases};

/// Its status and its code.
fn problem(answer: &Answer) -> (u16, String) {
    let problem: Value = answer.json();
    assert_eq!(
        (problem["status"].as_u64(), &problem["type"]),
        (Some(answer.status.into()), &json!("about:blank"))
    );
    (answer.status, problem["code"].as_str().unwrap_or_default().to_owned())
}

/// Sends a body of this kind, as it is.
async fn send(ada: &Visitor, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let request = ada.request(Method::POST, "/api/teams").header("origin", &ada.base);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    problem(&ada.send(request.body(body.to_owned())).await)
}

const JSON: (&str, &str) = ("content-type", "application/json");

on_both_databases!(
    a_body_that_cant_be_read_has_a_code_for_why,
    what_cant_be_done_now_has_a_code_for_why,
    what_goes_wrong_here_has_a_code_that_says_no_more
);

async fn a_body_that_cant_be_read_has_a_code_for_why(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(send(&ada, &[JSON], "{").await, code(400, "malformed"));
    assert_eq!(
        send(&ada, &[("content-type", "text/plain")], "{}").await,
        code(415, "unsupported_media_type")
    );
    assert_eq!(
        send(&ada, &[JSON, ("content-encoding", "gzip")], "{}").await,
        code(415, "unsupported_encoding")
    );
    assert_eq!(send(&ada, &[JSON], &"x".repeat(2_000_000)).await, code(413, "too_large"));
    assert_eq!(send(&ada, &[JSON], "[\"Research\"]").await, code(422, "invalid"), "a list is no document");
}

async fn what_cant_be_done_now_has_a_code_for_why(app: &TestApp) {
    let ada = app.owner().await;
    let teams = ada.get("/api/teams").await.json();
    let default = format!("/api/teams/{}", teams["items"][0]["id"].as_str().expect("an id"));
    assert_eq!(problem(&ada.delete(&default).await), code(409, "conflict"));
    for _ in 0..10 {
        ada.post_json("/api/admin/llm-keys/openai/test", &json!({})).await;
    }
    let refused = ada.post_json("/api/admin/llm-keys/openai/test", &json!({})).await;
    assert_eq!(problem(&refused), code(429, "too_many_requests"));
}

async fn what_goes_wrong_here_has_a_code_that_says_no_more(app: &TestApp) {
    let ada = app.owner().await;
    app.enroll("eve@acme.test", "default", Role::Member).await;
    let eve = app.id_of("eve@acme.test").await;
    app.run("UPDATE memberships SET email = 'no address' WHERE email = 'eve@acme.test'", []).await;
    let change = ada.patch(&format!("/api/admin/users/{eve}"), &json!({ "role": "admin" })).await;
    assert_eq!(problem(&change), code(500, "internal"));
    app.run("ALTER TABLE teams RENAME TO elsewhere", []).await;
    assert_eq!(problem(&ada.get("/api/teams").await), code(503, "unavailable"));
}

fn code(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn every_code_in_the_document_is_asserted_by_a_test() {
    let tests = [Path::new("tests/web"), Path::new("tests/house")].map(sources).concat();
    let all: BTreeSet<&str> = codes_by_status().into_values().flatten().collect();
    let missing: Vec<&&str> = all.iter().filter(|code| !is_asserted(code, &tests)).collect();
    assert!(missing.is_empty() && all.len() > 20, "{missing:?} of {all:?}");
}

/// Whether a statement of a test says that this is the code.
fn is_asserted(code: &str, tests: &str) -> bool {
    let (quoted, inside) = (format!("\"{code}\""), format!("\\\"code\\\":\\\"{code}\\\""));
    let asserts = |before: &str| {
        before.contains("code") && ["assert", "return", "has_failed"].iter().any(|word| before.contains(word))
    };
    tests.contains(&inside)
        || tests
            .split(';')
            .any(|statement| statement.split_once(&quoted).is_some_and(|(before, _)| asserts(before)))
}

/// All that the files in a folder say, and in those below it.
fn sources(folder: &Path) -> String {
    let entries = folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = entries.filter(|path| path.is_dir() || path.extension().is_some_and(|end| end == "rs"));
    files
        .map(|path| if path.is_dir() { sources(&path) } else { read_to_string(path).expect("a file") })
        .collect()
}
