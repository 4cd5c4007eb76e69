//! The JSON API: the same rules, for programs.

use gatehouse::role::Role;
use serde_json::json;

use super::support::{TestApp, on_both_databases};

on_both_databases!(
    settings_are_read_and_changed_in_part,
    what_can_not_be_taken_names_its_field_and_changes_nothing,
    members_read_their_organization_and_its_people,
    no_one_gets_401_as_a_problem_document,
    times_are_rfc_3339_in_utc
);

async fn settings_are_read_and_changed_in_part(app: &TestApp) {
    let ada = app.owner().await;
    let patch = json!({
        "name": "Acme",
        "allowedEmailDomains": ["ACME.test", "*.corp.test", "acme.test"],
        "domainGatingEnabled": true,
    });
    let answer = ada.patch("/api/admin/settings", &patch).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let expected = json!({
        "name": "Acme",
        "allowedEmailDomains": ["acme.test", "*.corp.test"],
        "domainGatingEnabled": true,
        "allowedEmails": [],
        "emailAllowlistEnabled": false,
        "openSignUp": false,
        "tokenMaxDays": 365,
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(ada.get("/api/admin/settings").await.json(), expected);
    assert_eq!(app.events_of("organization.settings_changed").await, 1);
}

async fn what_can_not_be_taken_names_its_field_and_changes_nothing(app: &TestApp) {
    let ada = app.owner().await;
    let before = app.footprint().await;
    for (patch, field) in [
        (json!({ "name": "x" }), "name"),
        (json!({ "name": "Good name", "allowedEmailDomains": ["acme"] }), "allowedEmailDomains"),
        (json!({ "allowedEmails": ["a@b.test, c@d.test"] }), "allowedEmails"),
        (json!({ "domainGatingEnabled": true }), "allowedEmailDomains"),
        (json!({ "emailAllowlistEnabled": true }), "allowedEmails"),
    ] {
        let answer = ada.patch("/api/admin/settings", &patch).await;
        assert_eq!(answer.status, 422, "{patch}");
        assert!(answer.json()["errors"][field][0].is_string(), "{}", answer.body);
    }
    for (patch, field) in [
        (json!([1, 2]), "body"),
        (json!({ "openSignUp": "yes" }), "openSignUp"),
        (json!({ "allowedEmails": ["a@acme.test", 7] }), "allowedEmails[1]"),
        (json!({ "unknown": 1 }), "unknown"),
    ] {
        let answer = ada.patch("/api/admin/settings", &patch).await;
        assert_eq!((answer.status, &answer.json()["code"]), (422, &json!("invalid")), "{patch}");
        assert!(answer.json()["errors"][field][0].is_string(), "{patch}: {}", answer.body);
    }
    assert_eq!(app.footprint().await, before);
}

async fn members_read_their_organization_and_its_people(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    let organization = ben.get("/api/org").await.json();
    assert_eq!(
        organization,
        json!({ "id": "default", "slug": "default", "name": "My Organization", "role": "member" })
    );
    let people = ben.get("/api/org/users").await.json();
    assert!(people["items"][0].get("lastSeenAt").is_none(), "that is for admins");
    assert_eq!(people["nextCursor"], json!(null));
}

async fn no_one_gets_401_as_a_problem_document(app: &TestApp) {
    let answer = app.visitor().get("/api/me").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!((&problem["code"], &problem["status"]), (&json!("unauthenticated"), &json!(401)));
    assert_eq!(problem["requestId"], answer.header("x-request-id"));
}

async fn times_are_rfc_3339_in_utc(app: &TestApp) {
    let ada = app.owner().await;
    let list = ada.get("/api/admin/users").await.json();
    let joined = list["items"][0]["joinedAt"].as_str().expect("a time").to_owned();
    assert!(joined.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(&joined).is_ok(), "{joined}");
}
