//! How much one client, one admin and one organization may ask for, and that the others are not held up by it.

use gatehouse::role::Role;
use serde_json::{Value, json};

use super::support::{Answer, Database, Identity, Smtp, TestApp, Visitor, borrowed, on_both_databases};

const INVITES: &str = "/settings/admin/invites";

async fn with_rate(rate: &str) -> Vec<TestApp> {
    let mut apps = Vec::new();
    for database in Database::each().await {
        apps.push(TestApp::open_with(database, &[("SIGN_IN_RATE", rate)]).await);
    }
    apps
}

#[actix_web::test]
async fn a_company_behind_one_address_signs_in_at_nine() {
    for app in with_rate("5").await {
        app.owner().await;
        for n in 0..30 {
            app.enroll(&format!("p{n}@acme.test"), "default", Role::Member).await;
            let person = app.visitor().from("203.0.113.7");
            let answer = person.sign_in(&app.provider, &Identity::new(&format!("p{n}@acme.test"), "P")).await;
            assert_eq!(answer.status, 303, "number {n}: {}", answer.body);
        }
        app.close().await;
    }
}

#[actix_web::test]
async fn sign_ins_that_fail_or_are_not_finished_are_limited_for_an_address() {
    for app in with_rate("5").await {
        app.owner().await;
        let stranger = app.visitor().from("203.0.113.7");
        for n in 0..4 {
            let answer = stranger.sign_in(&app.provider, &Identity::new("mallory@evil.test", "M")).await;
            assert_eq!(answer.status, 403, "number {n}: {}", answer.body);
        }
        let begin = async |visitor: &Visitor| visitor.post("/auth/idp", &[]).await;
        assert_eq!(begin(&stranger).await.status, 303);
        let refused = begin(&stranger).await;
        assert_eq!(refused.status, 429);
        assert!(refused.says("Too many attempts"), "{}", refused.body);
        assert!(wait(&refused) <= 60, "{}", wait(&refused));
        let events = app.events().await.len();
        assert_eq!(stranger.get("/auth/idp/callback?state=made-up&code=x").await.status, 429);
        assert_eq!(app.events().await.len(), events, "what is refused for its number leaves nothing");
        assert_eq!(begin(&app.visitor()).await.status, 303, "others are not concerned");
        app.close().await;
    }
}

/// Seconds to wait.
fn wait(answer: &Answer) -> u64 {
    answer.header("retry-after").parse().expect("seconds")
}

async fn invite(admin: &Visitor, range: std::ops::Range<usize>) -> Answer {
    let addresses: Vec<String> = range.map(|n| format!("p{n}@other.test")).collect();
    let fields = [
        ("addresses", addresses.join("\n")),
        ("role", "member".to_owned()),
        ("batch", gatehouse::random::id()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    admin.post(INVITES, &fields).await
}

/// Whether one of a thousand requests is refused for their number.
async fn is_refused_in_the_end(admin: &Visitor, request: impl Fn(usize) -> (String, Value)) -> bool {
    for n in 0..1000 {
        let (path, body) = request(n);
        let answer = admin.post_json(&path, &body).await;
        if answer.status == 429 {
            return answer.json()["code"] == "too_many_invites";
        }
    }
    false
}

on_both_databases!(an_admin_and_an_organization_send_so_many_invites_in_an_hour);

async fn an_admin_and_an_organization_send_so_many_invites_in_an_hour(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let eve = app.person("eve@acme.test", Role::Admin).await;
    for (admin, round) in [(&ada, 0), (&ada, 1), (&ben, 2), (&ben, 3)] {
        let sent = invite(admin, round * 500..(round + 1) * 500).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
    }
    let before = app.footprint().await;
    for (admin, whose) in [(&ada, "an admin's"), (&eve, "the organization's")] {
        let refused = invite(admin, 2000..2010).await;
        assert_eq!(refused.status, 429, "{whose}: {}", refused.body);
        assert!(refused.says("1,000 invites in an hour"), "{}", refused.body);
        assert!(refused.says("p2001@other.test"), "what was typed is still there: {}", refused.body);
        assert!(wait(&refused) <= 3600, "{whose}");
    }
    assert_eq!(app.footprint().await, before, "nothing has changed");
    // It refills while this goes on, one by one.
    let listed = ada.get("/api/admin/invites?limit=1").await.json();
    let id = listed["items"][0]["id"].as_str().expect("an invite").to_owned();
    let api = |n| ("/api/admin/invites".to_owned(), json!({ "email": format!("x{n}@other.test") }));
    let again = |_| (format!("/api/admin/invites/{id}/resend"), json!({}));
    assert!(is_refused_in_the_end(&ada, api).await && is_refused_in_the_end(&ada, again).await);
}

#[actix_web::test]
async fn a_test_mail_does_not_wait_behind_a_thousand_invites() {
    let smtp = Smtp::start().await;
    for database in Database::each().await {
        let settings = smtp.settings();
        let app = TestApp::open_with(database, &borrowed(&settings)).await;
        let before = smtp.mails().len();
        for (n, kind) in (0..100).map(|n| (n, "invite")).chain([(100, "test")]) {
            app.run(
                "INSERT INTO outbox
                    (id, organization_id, recipient, letter, kind, message_id, state, attempts, next_at, created_at)
                 VALUES ($1, 'default', $2, '{\"kind\": \"test\"}', $3, $1, 'queued', 0, 0, $4)",
                [gatehouse::random::id().into(), format!("p{n}@other.test").into(), kind.into(), i64::from(n).into()],
            )
            .await;
        }
        let began = std::time::Instant::now();
        while smtp.mails().len() < before + 101 {
            assert!(began.elapsed() < std::time::Duration::from_secs(30), "they do not come");
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let last = "p100@other.test".to_owned();
        let at = smtp.mails()[before..].iter().position(|mail| mail.recipients.contains(&last));
        let at = at.expect("it has come");
        assert!(at < 60, "it has come as number {at}");
        app.close().await;
    }
}
