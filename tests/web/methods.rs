//! Sign-in methods: switched on and off, never the last one of the owners, and tried out (threats A20, A26).

use gatehouse::role::Role;
use serde_json::json;

use super::support::{Database, Identity, Provider, TestApp, Trouble, Visitor, on_both_databases};

const PAGE: &str = "/settings/admin/access";

async fn switch(admin: &Visitor, name: &str, on: &str) -> u16 {
    admin.post(&format!("{PAGE}/methods/{name}"), &[("on", on)]).await.status
}

async fn houses() -> Vec<(TestApp, Provider)> {
    let mut houses = Vec::new();
    for database in Database::each().await {
        let okta = Provider::start().await;
        houses.push((TestApp::with_okta(database, &okta).await, okta));
    }
    houses
}

// A20
#[actix_web::test]
async fn a_method_that_is_switched_off_is_not_there() {
    for (app, okta) in houses().await {
        let ada = app.owner().await;
        let visitor = app.visitor();
        let authorization = visitor.authorize_at("okta", "/").await;
        assert_eq!(switch(&ada, "okta", "false").await, 303);
        assert!(!app.visitor().get("/sign-in").await.says("Continue with Okta"));
        assert_eq!(visitor.post("/auth/okta", &[]).await.status, 404);
        let code = okta.grant(&Identity::new("ada@acme.test", "Ada"), &authorization);
        let back = visitor.get(&visitor.way_back_from("okta", &authorization, &code)).await;
        assert_eq!(back.status, 404, "begun before, come back after");
        assert!(ada.get(PAGE).await.says("Switched off") && ada.is_signed_in().await);
        assert_eq!(switch(&ada, "okta", "true").await, 303);
        assert!(app.visitor().get("/sign-in").await.says("Continue with Okta"));
        let events = app.events().await;
        let switched: Vec<_> = events.iter().filter(|event| event.starts_with("sign_in_method.")).collect();
        assert_eq!(
            switched,
            ["sign_in_method.switched_off done Okta", "sign_in_method.switched_on done Okta"]
        );
        app.close().await;
    }
}

#[actix_web::test]
async fn the_last_method_of_the_owners_stays_on() {
    for (app, _okta) in houses().await {
        let ada = app.owner().await;
        let answer = ada.post(&format!("{PAGE}/methods/idp"), &[("on", "false")]).await;
        assert_eq!(answer.status, 409, "nobody who is owner has an account at Okta");
        assert!(answer.says("No owner could sign in without it."));
        assert!(app.events().await.contains(&"sign_in_method.kept_on refused Acme SSO".to_owned()));
        assert_eq!(switch(&ada, "okta", "true").await, 303, "it is on");
        assert!(!app.events().await.iter().any(|event| event.starts_with("sign_in_method.switched_on")));
        app.person("ben@acme.test", Role::Admin).await;
        app.run("UPDATE identities SET provider = 'okta' WHERE email = 'ben@acme.test'", []).await;
        assert_eq!(switch(&ada, "idp", "false").await, 409, "an admin's account does not count");
        app.change_role("ben@acme.test", "owner").await;
        app.deactivate("ben@acme.test").await;
        assert_eq!(switch(&ada, "idp", "false").await, 409, "nor a deactivated owner's");
        app.run("UPDATE users SET status = 'active'", []).await;
        assert_eq!(switch(&ada, "idp", "false").await, 303);
        assert_eq!(switch(&ada, "okta", "false").await, 409);
        assert_eq!(switch(&ada, "nope", "false").await, 404);
        app.close().await;
    }
}

#[actix_web::test]
async fn two_methods_switched_off_at_once_leave_one() {
    for (app, _okta) in houses().await {
        let ada = app.owner().await;
        let ben = app.person("ben@acme.test", Role::Owner).await;
        app.run("UPDATE identities SET provider = 'okta' WHERE email = 'ben@acme.test'", []).await;
        for round in 0..10 {
            let both =
                futures_util::future::join(switch(&ada, "idp", "false"), switch(&ben, "okta", "false"));
            let (a, b) = both.await;
            let mut statuses = [a, b];
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 409], "round {round}");
            app.run("DELETE FROM switched_off_providers", []).await;
        }
        app.close().await;
    }
}

on_both_databases!(a_test_says_what_the_provider_answers, tests_are_rate_limited);

async fn a_test_says_what_the_provider_answers(app: &TestApp) {
    let ada = app.owner().await;
    let path = format!("{PAGE}/methods/idp/test");
    let answer = ada.post(&path, &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.says("names itself") && answer.says("accepts"), "{}", answer.body);
    assert!(!answer.body.contains("CANARY"));
    app.provider.be(Trouble::Status(500));
    assert!(
        ada.htmx(reqwest::Method::POST, &path, "section#methods", &[])
            .await
            .body
            .starts_with("<section id=\"methods\"")
    );
    assert!(
        app.events().await.iter().filter(|event| event.starts_with("sign_in_method.tested")).count() == 2
    );
}

// Q01
async fn tests_are_rate_limited(app: &TestApp) {
    let ada = app.owner().await;
    let path = format!("{PAGE}/methods/idp/test");
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(ada.post(&path, &[]).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10);
    assert_eq!(statuses[11], 429);
}

// A26, A27: every way to a session says the same to the same person.
#[actix_web::test]
async fn no_way_in_is_weaker_than_another() {
    for (app, okta) in houses().await {
        app.owner().await;
        app.person("gone@acme.test", Role::Member).await;
        let gone = Identity::new("gone@acme.test", "Gone");
        app.run(
            "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_sign_in_at)
             SELECT 'second', id, 'okta', $1, 'gone@acme.test', email, 0, 0 FROM users WHERE email = 'gone@acme.test'",
            [okta.issuer.clone().into()],
        )
        .await;
        app.deactivate("gone@acme.test").await;
        let stranger = Identity::new("stranger@acme.test", "Stranger");
        let unverified = Identity::new("u@acme.test", "U").with(json!({ "email_verified": false }));
        for (who, identity) in
            [("not listed", &stranger), ("deactivated", &gone), ("unverified", &unverified)]
        {
            let first = app.visitor().sign_in(&app.provider, identity).await;
            let second = app.visitor().sign_in_by("okta", &okta, identity).await;
            assert_eq!((first.status, second.status), (403, 403), "{who}");
            let same = |body: &str| body.replace("Okta", "Acme SSO").replace("/auth/okta", "/auth/idp");
            assert_eq!(same(&first.body), same(&second.body), "{who}");
        }
        assert_eq!(app.count("SELECT count(*) FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = 'gone@acme.test')").await, 1, "the one from before");
        app.close().await;
    }
}
