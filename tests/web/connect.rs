//! Several accounts of one person: never linked by an address alone, connected by the person who is signed in (rule
//! 2.6, threats A01, A03, A07).

use chrono::Duration;
use gatehouse::role::Role;
use serde_json::json;

use super::support::{Answer, Database, Identity, Provider, TestApp, Visitor, query};

const ACCOUNT: &str = "/settings";
const CONNECT: &str = "/settings/identities";

fn ada() -> Identity {
    Identity::new("ada@acme.test", "Ada Lovelace")
}

async fn houses() -> Vec<(TestApp, Provider)> {
    let mut houses = Vec::new();
    for database in Database::each().await {
        let okta = Provider::start().await;
        houses.push((TestApp::with_okta(database, &okta).await, okta));
    }
    houses
}

/// Connects an account at Okta, all the way; gives the callback's answer.
async fn connect(person: &Visitor, okta: &Provider, identity: &Identity) -> Answer {
    let begun = person.post(CONNECT, &[("provider", "okta")]).await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    let authorization = begun.location().parse().expect("an address at the provider");
    let code = okta.grant(identity, &authorization);
    person.get(&person.way_back_from("okta", &authorization, &code)).await
}

async fn accounts(app: &TestApp) -> Vec<String> {
    app.texts("SELECT provider FROM identities ORDER BY provider").await
}

// A03
#[actix_web::test]
async fn a_verified_address_that_is_known_elsewhere_leads_to_the_known_way_first() {
    for (app, okta) in houses().await {
        app.owner().await;
        let before = app.footprint().await;
        let visitor = app.visitor();
        let answer = visitor.sign_in_by("okta", &okta, &ada()).await;
        assert_eq!(answer.status, 403);
        assert!(
            answer.says("Sign in with Acme SSO first, then connect Okta under Your account."),
            "{}",
            answer.body
        );
        assert!(
            answer.body.contains("action=\"/auth/idp\"") && answer.body.contains("/settings?connect=okta")
        );
        assert!(!visitor.is_signed_in().await);
        assert_eq!(app.footprint().await, before);
        let authorization = visitor.authorize("/settings?connect=okta").await;
        let back = visitor.get(&visitor.way_back(&app.provider, &authorization, &ada())).await;
        assert_eq!(back.location(), "/settings?connect=okta");
        assert!(visitor.get(back.location()).await.says("You tried to sign in with it."));
        app.close().await;
    }
}

// A01: unverified, no one is told how the holder signs in.
#[actix_web::test]
async fn who_has_not_proven_an_address_is_not_told_whose_it_is() {
    for (app, okta) in houses().await {
        app.owner().await;
        let answer =
            app.visitor().sign_in_by("okta", &okta, &ada().with(json!({ "email_verified": false }))).await;
        assert_eq!(answer.status, 403);
        assert!(!answer.says("Acme SSO") && answer.says("hasn’t verified"));
        app.close().await;
    }
}

#[actix_web::test]
async fn a_connected_account_is_another_way_in_for_the_same_person() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        assert_eq!(connect(&owner, &okta, &ada()).await.location(), ACCOUNT);
        assert!(owner.get(ACCOUNT).await.says("connected. You can now sign in with it."));
        assert_eq!(accounts(&app).await, ["idp", "okta"]);
        let visitor = app.visitor();
        assert_eq!(visitor.sign_in_by("okta", &okta, &ada()).await.status, 303);
        assert_eq!(visitor.get("/api/me").await.json(), owner.get("/api/me").await.json());
        assert_eq!(connect(&owner, &okta, &ada()).await.status, 303);
        assert!(owner.get(ACCOUNT).await.says("account was already connected."));
        assert_eq!(accounts(&app).await.len(), 2);
        let connected = app.events().await;
        assert_eq!(connected.iter().filter(|event| event.starts_with("account.connected")).count(), 1);
        app.close().await;
    }
}

#[actix_web::test]
async fn a_connected_account_with_another_address_changes_neither_name_nor_address() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        let private = Identity::new("countess@home.test", "Countess");
        assert_eq!(connect(&owner, &okta, &private).await.status, 303);
        assert_eq!(app.visitor().sign_in_by("okta", &okta, &private).await.status, 303);
        let people = app.texts("SELECT email || ' ' || name FROM users").await;
        assert_eq!(people, ["ada@acme.test Ada Lovelace"]);
        let renamed = private.with(json!({ "email": "lady@home.test" }));
        assert_eq!(app.visitor().sign_in_by("okta", &okta, &renamed).await.status, 303);
        assert_eq!(app.texts("SELECT email FROM users").await, ["ada@acme.test"]);
        app.close().await;
    }
}

#[actix_web::test]
async fn what_the_instance_blocks_gets_in_by_no_connected_account() {
    let okta = Provider::start().await;
    let settings = [
        ("PROVIDERS__OKTA__KIND", "oidc"),
        ("PROVIDERS__OKTA__ISSUER", okta.issuer.as_str()),
        ("PROVIDERS__OKTA__CLIENT_ID", "gatehouse"),
        ("PROVIDERS__OKTA__CLIENT_SECRET", "client-secret-CANARY"),
        ("BLOCKED_DOMAINS", "evil.test"),
    ];
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    let owner = app.owner().await;
    let refused = connect(&owner, &okta, &Identity::new("ada@evil.test", "Ada")).await;
    assert_eq!(refused.status, 403);
    assert_eq!(accounts(&app).await, ["idp"]);
    let fine = Identity::new("ada@home.test", "Ada");
    assert_eq!(connect(&owner, &okta, &fine).await.status, 303);
    let moved = fine.with(json!({ "email": "ada@evil.test" }));
    assert_eq!(app.visitor().sign_in_by("okta", &okta, &moved).await.status, 403);
    app.close().await;
}

#[actix_web::test]
async fn someone_elses_account_or_address_is_not_connected() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        let ben = app.person("ben@acme.test", Role::Member).await;
        let his = Identity::new("ben@acme.test", "Ben");
        let taken = connect(&owner, &okta, &his).await;
        assert_eq!(taken.status, 409, "his address");
        assert!(taken.says("belongs to someone else here"));
        assert_eq!(connect(&ben, &okta, &his).await.status, 303);
        let moved = his.with(json!({ "email": "other@acme.test" }));
        assert_eq!(connect(&owner, &okta, &moved).await.status, 409, "his account");
        for email in ["ben@acme.test", "nobody@acme.test"] {
            let unverified = Identity::new(email, "N").with(json!({ "sub": "n", "email_verified": false }));
            let answer = connect(&owner, &okta, &unverified).await;
            assert_eq!(answer.status, 403, "the same whether {email} is known or not");
            assert!(answer.says("hasn’t verified") && answer.says("Back to your account"));
        }
        assert_eq!(accounts(&app).await, ["idp", "idp", "okta"]);
        app.close().await;
    }
}

#[actix_web::test]
async fn who_is_someone_new_to_a_provider_proves_themselves_by_another_way_and_connects_it() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        assert_eq!(connect(&owner, &okta, &ada()).await.status, 303);
        // Its issuer had another address once, by which everyone here is known.
        app.run("UPDATE identities SET issuer = 'https://old.acme.test/realm' WHERE provider = 'idp'", [])
            .await;
        let visitor = app.visitor();
        let answer = visitor.sign_in(&app.provider, &ada()).await;
        assert_eq!(answer.status, 403);
        assert!(answer.says("Acme SSO presents you as someone new."), "{}", answer.body);
        assert!(
            answer.says("Sign in with Okta first, then connect Acme SSO under Your account."),
            "{}",
            answer.body
        );
        assert_eq!(visitor.sign_in_by("okta", &okta, &ada()).await.status, 303);
        let begun = visitor.post(CONNECT, &[("provider", "idp")]).await;
        let authorization = begun.location().parse().expect("an address at the provider");
        let back = visitor.get(&visitor.way_back(&app.provider, &authorization, &ada())).await;
        assert_eq!((back.status, back.location()), (303, "/settings"), "{}", back.body);
        let again = app.visitor();
        assert_eq!(again.sign_in(&app.provider, &ada()).await.status, 303);
        assert_eq!(again.get("/api/me").await.json()["role"], "owner");
        app.close().await;
    }
}

// A07
#[actix_web::test]
async fn only_who_set_out_to_connect_comes_back_to_it() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        let begun = owner.post(CONNECT, &[("provider", "okta")]).await;
        let authorization = begun.location().parse().expect("an address");
        let mallory = Identity::new("mallory@acme.test", "Mallory");
        let back = owner.way_back_from("okta", &authorization, &okta.grant(&mallory, &authorization));
        let ben = app.person("ben@acme.test", Role::Member).await;
        assert_eq!(ben.get(&back).await.status, 400, "another browser");
        owner.post("/sign-out", &[]).await;
        assert_eq!(owner.get(&back).await.status, 400, "signed out meanwhile");
        assert_eq!(app.count("SELECT count(*) FROM identities WHERE provider = 'okta'").await, 0);
        app.close().await;
    }
}

#[actix_web::test]
async fn a_state_that_was_given_for_connecting_signs_no_one_in() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        let begun = owner.post(CONNECT, &[("provider", "okta")]).await;
        let authorization: url::Url = begun.location().parse().expect("an address");
        assert_eq!(query(&authorization, "prompt"), "login");
        let code = okta.grant(&ada(), &authorization);
        let sessions = app.rows_in("sessions").await;
        assert_eq!(owner.get(&owner.way_back_from("okta", &authorization, &code)).await.status, 303);
        assert_eq!(app.rows_in("sessions").await, sessions);
        app.close().await;
    }
}

#[actix_web::test]
async fn connecting_and_disconnecting_take_a_fresh_sign_in() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        connect(&owner, &okta, &ada()).await;
        let id = app.texts("SELECT id FROM identities WHERE provider = 'okta'").await.remove(0);
        let disconnect = format!("{CONNECT}/{id}/disconnect");
        app.skip(Duration::minutes(11));
        for path in [CONNECT, &disconnect] {
            let answer = owner.post(path, &[("provider", "okta")]).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.says("Confirm it’s you") && answer.body.contains("value=\"login\""));
        }
        assert_eq!(accounts(&app).await, ["idp", "okta"]);
        let begun = owner.post("/auth/idp", &[("prompt", "login"), ("return_to", ACCOUNT)]).await;
        let authorization = begun.location().parse().expect("an address");
        let later = json!({ "exp": chrono::Utc::now().timestamp() + 3600, "auth_time": null });
        let again = owner.get(&owner.way_back(&app.provider, &authorization, &ada().with(later))).await;
        assert_eq!(again.status, 303);
        assert_eq!(owner.post(&disconnect, &[]).await.status, 303);
        assert_eq!(accounts(&app).await, ["idp"]);
        app.close().await;
    }
}

#[actix_web::test]
async fn the_last_way_in_stays() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        let hers = "(SELECT id FROM users WHERE email = 'ada@acme.test')";
        let ids = format!("SELECT id FROM identities WHERE user_id = {hers} ORDER BY provider");
        let ids = || app.texts(&ids);
        let only = format!("{CONNECT}/{}/disconnect", ids().await[0]);
        let answer = owner.post(&only, &[]).await;
        assert!(answer.status == 409 && answer.says("Without it, you couldn’t sign in."), "{}", answer.body);
        connect(&owner, &okta, &ada()).await;
        let ben = app.person("ben@acme.test", Role::Member).await;
        assert_eq!(ben.post(&only, &[]).await.status, 404, "somebody else's");
        let both = ids().await;
        let paths: Vec<String> = both.iter().map(|id| format!("{CONNECT}/{id}/disconnect")).collect();
        let (first, second) =
            futures_util::future::join(owner.post(&paths[0], &[]), owner.post(&paths[1], &[])).await;
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "both at once");
        assert_eq!(ids().await.len(), 1);
        app.close().await;
    }
}

#[actix_web::test]
async fn the_account_that_carries_the_address_stays_connected() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        connect(&owner, &okta, &Identity::new("countess@home.test", "Countess")).await;
        let idp = app.texts("SELECT id FROM identities WHERE provider = 'idp'").await.remove(0);
        let answer = owner.post(&format!("{CONNECT}/{idp}/disconnect"), &[]).await;
        assert_eq!(answer.status, 409);
        assert!(answer.says("Your email comes from this account."));
        assert!(app.events().await.contains(&"account.not_disconnected refused idp".to_owned()));
        app.close().await;
    }
}

// 2.6: whom the rules have shut out comes back only by an address that they let in.
#[actix_web::test]
async fn a_connected_account_with_another_address_is_not_a_way_around_the_rules() {
    for (app, okta) in houses().await {
        app.owner().await;
        let ben = app.person("ben@acme.test", Role::Member).await;
        let private = Identity::new("ben@home.test", "Ben");
        assert_eq!(connect(&ben, &okta, &private).await.status, 303);
        app.lock_out("ben@acme.test").await;
        app.run(
            r#"UPDATE org_settings SET domain_gating_enabled = TRUE,
               allowed_domains = '[{"domain": "acme.test", "include_subdomains": false}]'"#,
            [],
        )
        .await;
        assert_eq!(app.visitor().sign_in_by("okta", &okta, &private).await.status, 403);
        let own = Identity::new("ben@acme.test", "Ben");
        assert_eq!(app.visitor().sign_in(&app.provider, &own).await.status, 303);
        app.close().await;
    }
}

#[actix_web::test]
async fn a_sign_in_that_the_provider_did_not_ask_for_afresh_is_not_fresh() {
    for (app, okta) in houses().await {
        app.owner().await;
        let visitor = app.visitor();
        let long_ago = ada().with(json!({ "auth_time": chrono::Utc::now().timestamp() - 3600 }));
        assert_eq!(visitor.sign_in(&app.provider, &long_ago).await.status, 303);
        assert_eq!(visitor.post(CONNECT, &[("provider", "okta")]).await.status, 403);
        let begun = visitor.post("/auth/idp", &[("prompt", "login"), ("return_to", ACCOUNT)]).await;
        let authorization: url::Url = begun.location().parse().expect("an address");
        assert_eq!(
            (query(&authorization, "prompt"), query(&authorization, "max_age")),
            ("login".into(), "0".into())
        );
        let now = ada().with(json!({ "auth_time": chrono::Utc::now().timestamp() }));
        assert_eq!(visitor.get(&visitor.way_back(&app.provider, &authorization, &now)).await.status, 303);
        assert_eq!(visitor.post(CONNECT, &[("provider", "okta")]).await.status, 303);
        drop(okta);
        app.close().await;
    }
}

#[actix_web::test]
async fn a_way_that_is_switched_off_is_not_a_way_in() {
    for (app, okta) in houses().await {
        let owner = app.owner().await;
        connect(&owner, &okta, &ada()).await;
        assert_eq!(owner.post("/settings/admin/access/methods/okta", &[("on", "false")]).await.status, 303);
        let idp = app.texts("SELECT id FROM identities WHERE provider = 'idp'").await.remove(0);
        assert_eq!(owner.post(&format!("{CONNECT}/{idp}/disconnect"), &[]).await.status, 409);
        app.close().await;
    }
}
