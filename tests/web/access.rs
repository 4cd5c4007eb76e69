//! Who may do what, beyond the matrix of doors: attacks of members, tampering with fields (threats R).

use gatehouse::role::Role;
use gatehouse::routes::table;
use gatehouse::tenancy::Tenancy;
use reqwest::Method;
use serde_json::json;

use super::support::{Identity, TestApp, on_both_databases};

on_both_databases!(
    a_member_is_refused_at_every_admin_door_and_each_try_is_recorded,
    fields_that_no_one_offered_change_nothing,
    headers_and_parameters_do_not_choose_an_organization,
    each_change_leaves_exactly_one_event,
    an_event_tells_who_what_from_where_and_under_which_request
);

// R01
async fn a_member_is_refused_at_every_admin_door_and_each_try_is_recorded(app: &TestApp) {
    app.owner().await;
    let mut members = Vec::new();
    // Of one person, no more are told in a row.
    for n in 0..10 {
        members.push(app.person(&format!("ben{n}@acme.test"), Role::Member).await);
    }
    let before = app.footprint().await;
    let doors: Vec<_> = table(Tenancy::Single)
        .into_iter()
        .filter(|route| route.who == gatehouse::authority::Who::Admin)
        .collect();
    assert!((6..=20 * members.len()).contains(&doors.len()));
    let team = app.texts("SELECT id FROM teams").await.remove(0);
    for (route, ben) in doors.iter().zip(members.iter().cycle()) {
        let name = if route.path.starts_with("/api/") { team.as_str() } else { "default" };
        let path = route.path.replace("{team}", name);
        let request = ben.request(route.method.as_str().parse().expect("a method"), &path);
        let answer = ben.send(request.header("origin", &ben.base).json(&json!({ "name": "Ben's" }))).await;
        assert_eq!(answer.status, 403, "{} {}", route.method, route.path);
        if route.path.starts_with("/api/") {
            assert_eq!(answer.json()["code"], "forbidden");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        } else {
            assert!(answer.says("You need the role admin or owner."));
        }
    }
    assert_eq!(app.footprint().await, before);
    let refused = app.events_of("access.refused").await;
    assert_eq!(usize::try_from(refused).expect("a count"), doors.len());
}

// R11
async fn fields_that_no_one_offered_change_nothing(app: &TestApp) {
    let ada = app.owner().await;
    let fields = [
        ("name", "Acme"),
        ("version", "1"),
        ("id", "globex"),
        ("organization_id", "globex"),
        ("role", "owner"),
        ("created_at", "0"),
        ("slug", "evil"),
    ];
    assert_eq!(ada.post("/settings/admin", &fields).await.status, 303);
    assert_eq!(
        app.texts("SELECT id || ' ' || slug || ' ' || name FROM organizations").await,
        ["default default Acme"]
    );
    for body in [json!({ "role": "owner" }), json!({ "organizationId": "globex" }), json!({ "id": "x" })] {
        assert_eq!(ada.patch("/api/admin/settings", &body).await.status, 422, "{body}");
    }
}

async fn headers_and_parameters_do_not_choose_an_organization(app: &TestApp) {
    app.owner().await;
    let boris = app.foreign_owner("boris@globex.test").await;
    for path in
        ["/settings/admin", "/api/org", "/api/admin/settings", "/settings/admin?organization_id=default"]
    {
        let request = boris.request(Method::GET, path).header("x-organization-id", "default");
        let answer = boris.send(request).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(!answer.body.contains("My Organization"));
    }
}

// U01
async fn each_change_leaves_exactly_one_event(app: &TestApp) {
    let ada = app.owner().await;
    let other = app.visitor();
    other.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    let mut count = app.rows_in("events").await;
    let rules = [("version", "1"), ("domains.0.name", "acme.test"), ("domain_gating", "true")];
    let session = app
        .texts(&format!("SELECT id FROM sessions WHERE id <> '{}'", own_session(app).await))
        .await
        .remove(0);
    let end = format!("/settings/sessions/{session}/end");
    let changes: [(&str, &[(&str, &str)]); 5] = [
        ("/settings/admin", &[("name", "Acme"), ("version", "1")]),
        ("/settings/admin/access", &rules),
        (&end, &[]),
        ("/settings/sessions/end-others", &[]),
        ("/sign-out", &[]),
    ];
    assert_eq!(ada.patch("/api/admin/settings", &json!({ "openSignUp": true })).await.status, 200);
    count += 1;
    assert_eq!(app.rows_in("events").await, count);
    app.run("UPDATE org_settings SET version = 1", []).await;
    for (path, fields) in changes {
        assert_eq!(ada.post(path, fields).await.status, 303, "{path}");
        count += 1;
        assert_eq!(app.rows_in("events").await, count, "{path}");
    }
}

// U02
async fn an_event_tells_who_what_from_where_and_under_which_request(app: &TestApp) {
    let ada = app.owner().await;
    let request = ada.request(Method::POST, "/settings/admin").header("user-agent", "Testing/1.0");
    let answer = ada.send(request.form(&[("name", "Acme"), ("version", "1")])).await;
    let texts = app
        .texts(
            "SELECT actor || '|' || user_agent || '|' || request_id || '|' || organization_id FROM events
             WHERE action = 'organization.renamed'",
        )
        .await;
    let expected = format!("ada@acme.test|Testing/1.0|{}|default", answer.header("x-request-id"));
    assert_eq!(texts, [expected]);
    let address = app.texts("SELECT address FROM events WHERE action = 'organization.renamed'").await;
    assert!(address[0].starts_with("10."), "the client behind the trusted proxy: {address:?}");
    let before = app.texts("SELECT CAST(before AS TEXT) || CAST(after AS TEXT) FROM events WHERE action = 'organization.renamed'").await;
    assert!(before[0].contains("My Organization") && before[0].contains("Acme"));
}

/// The first session in the application: Ada's own.
async fn own_session(app: &TestApp) -> String {
    app.texts("SELECT id FROM sessions ORDER BY created_at, id").await.remove(0)
}
