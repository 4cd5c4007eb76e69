//! What is sent twice with one idempotency key is done once, and what is another request is not taken for it.

use reqwest::Method;
use serde_json::json;

use super::support::{Answer, TestApp, Visitor, field, on_both_databases};
use gatehouse::role::Role;

async fn invite(admin: &Visitor, key: &str, email: &str) -> Answer {
    let request = admin.request(Method::POST, "/api/admin/invites").header("origin", &admin.base);
    let body = json!({ "email": email, "role": "member" });
    admin.send(request.header("idempotency-key", key).json(&body)).await
}

async fn invites(app: &TestApp) -> [i64; 3] {
    let events = "SELECT count(*) FROM events WHERE action = 'invites.sent'";
    let mut counts = [0; 3];
    for (count, sql) in
        counts.iter_mut().zip(["SELECT count(*) FROM invites", "SELECT count(*) FROM outbox", events])
    {
        *count = app.count(sql).await;
    }
    counts
}

on_both_databases! {
    async fn a_program_that_sends_the_same_again_is_told_that_it_is_done(app: &TestApp) {
        let ada = app.owner().await;
        assert_eq!(invite(&ada, "one", "sam@other.test").await.status, 201);
        let before = invites(app).await;
        let again = invite(&ada, "one", "sam@other.test").await;
        assert!(again.status == 200 && again.json()["repeated"] == true, "{}", again.body);
        assert_eq!(invites(app).await, before);
    }

    async fn another_body_another_address_another_person_is_another_request(app: &TestApp) {
        let ada = app.owner().await;
        let ben = app.person("ben@acme.test", Role::Admin).await;
        invite(&ada, "one", "sam@other.test").await;
        for answer in [invite(&ada, "one", "zoe@other.test").await, invite(&ben, "one", "eve@other.test").await] {
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        let rename = ada.request(Method::PATCH, "/api/admin/settings").header("origin", &ada.base);
        let rename = ada.send(rename.header("idempotency-key", "one").json(&json!({ "openSignUp": true }))).await;
        assert!(rename.status == 200 && rename.json()["repeated"].is_null(), "{}", rename.body);
        let read = ada.request(Method::GET, "/api/admin/invites").header("idempotency-key", "one");
        for _ in 0..2 {
            let list = ada.send(read.try_clone().expect("a request")).await;
            assert_eq!(list.json()["items"].as_array().map(Vec::len), Some(3), "{}", list.body);
        }
    }

    async fn what_was_refused_was_not_done(app: &TestApp) {
        let ada = app.owner().await;
        app.run("UPDATE memberships SET role = 'member'", []).await;
        assert_eq!(invite(&ada, "one", "sam@other.test").await.status, 403);
        app.run("UPDATE memberships SET role = 'owner'", []).await;
        assert_eq!(invite(&ada, "one", "sam@other.test").await.status, 201);
    }

    async fn ten_at_once_are_one(app: &TestApp) {
        let ada = app.owner().await;
        let answers = futures_util::future::join_all((0..10).map(|_| invite(&ada, "one", "sam@other.test"))).await;
        assert!(answers.iter().all(|answer| answer.status < 300), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        let invites = invites(app).await;
        assert_eq!((invites[0], invites[2]), (1, 1));
    }

    async fn a_form_that_is_sent_again_leads_to_a_page_that_says_so(app: &TestApp) {
        let ada = app.owner().await;
        let version = field(&ada.get("/settings/admin").await.body, "version");
        let form = [("name", "Acme"), ("version", version.as_str()), ("idempotency_key", "7")];
        assert_eq!(ada.post("/settings/admin", &form).await.location(), "/settings/admin");
        let again = ada.post("/settings/admin", &form).await;
        assert_eq!((again.status, again.location()), (303, "/"));
        assert!(ada.get("/settings/admin").await.says("This was already saved. Nothing was done twice."));
        let other = [("name", "Acme & Co"), ("version", version.as_str()), ("idempotency_key", "7")];
        assert_eq!(ada.post("/settings/admin", &other).await.status, 409, "it is another request, from an old page");
    }
}
