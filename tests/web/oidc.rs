//! Signing in by OpenID Connect: what a hostile or broken provider can't do (threats A, X33 to X36).

use std::sync::atomic::Ordering;
use std::time::Duration as Time;

use chrono::{Duration, Utc};
use gatehouse::role::Role;
use serde_json::json;
use tokio::time::timeout;

use super::support::{
    Database, Identity, Provider, Signature, TestApp, Trouble, Visitor, free_port, on_both_databases, query,
};

fn ada() -> Identity {
    Identity::new("ada@acme.test", "Ada Lovelace")
}

async fn refused(app: &TestApp, identity: Identity) -> String {
    let before = app.footprint().await;
    let visitor = app.visitor();
    let answer = visitor.sign_in(&app.provider, &identity).await;
    assert!((400..500).contains(&answer.status), "{} for {identity:?}", answer.status);
    assert!(!visitor.is_signed_in().await, "{identity:?}");
    assert_eq!(app.footprint().await, before, "{identity:?}");
    answer.body
}

on_both_databases!(
    an_unverified_address_takes_no_ones_account,
    a_verified_address_from_another_account_is_not_linked_silently,
    an_address_that_changes_to_someone_elses_is_not_taken_over,
    a_new_address_and_a_new_name_are_taken_over_at_the_next_sign_in,
    a_sign_in_that_began_in_another_browser_is_refused,
    a_callback_works_once,
    a_sign_in_that_took_longer_than_ten_minutes_starts_again,
    two_tabs_can_sign_in_at_once
);

// A01
async fn an_unverified_address_takes_no_ones_account(app: &TestApp) {
    let ada = app.owner().await;
    let thief =
        Identity::new("ada@acme.test", "Ada").with(json!({ "sub": "another", "email_verified": false }));
    let page = refused(app, thief).await;
    assert!(page.contains("hasn’t verified"));
    assert!(ada.is_signed_in().await);
    assert_eq!(app.rows_in("identities").await, 1);
    assert!(
        app.events().await.last().expect("an event").starts_with("sign_in.refused refused ada@acme.test")
    );
}

// A03
async fn a_verified_address_from_another_account_is_not_linked_silently(app: &TestApp) {
    app.owner().await;
    let other = Identity::new("ada@acme.test", "Ada").with(json!({ "sub": "another" }));
    let page = refused(app, other).await;
    assert!(
        page.contains("ada@acme.test belongs to an account here, but Acme SSO presents you as someone new.")
    );
    assert!(page.contains("gatehouse user relink ada@acme.test"), "the way out of it");
}

// A05
async fn an_address_that_changes_to_someone_elses_is_not_taken_over(app: &TestApp) {
    app.owner().await;
    app.person("ben@acme.test", Role::Member).await;
    let ben = Identity::new("ben@acme.test", "Ben").with(json!({ "email": "ada@acme.test" }));
    let visitor = app.visitor();
    assert_eq!(visitor.sign_in(&app.provider, &ben).await.status, 303);
    let me = visitor.get("/api/me").await.json();
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some("ben@acme.test"), Some("member")));
}

async fn a_new_address_and_a_new_name_are_taken_over_at_the_next_sign_in(app: &TestApp) {
    app.owner().await;
    let moved = ada().with(json!({ "email": "Ada.King@acme.test", "name": "Ada King" }));
    let visitor = app.visitor();
    assert_eq!(visitor.sign_in(&app.provider, &moved).await.status, 303);
    let people = visitor.get("/api/org/users").await.json();
    assert_eq!(people["items"][0]["email"], "ada.king@acme.test");
    assert_eq!(people["items"][0]["name"], "Ada King");
    assert_eq!(visitor.get("/api/org/users?q=king").await.json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        visitor.get("/api/org/users?q=lovelace").await.json()["items"].as_array().map(Vec::len),
        Some(0)
    );
}

// A07
async fn a_sign_in_that_began_in_another_browser_is_refused(app: &TestApp) {
    let attacker = app.visitor();
    let authorization = attacker.authorize("/").await;
    let back = attacker.way_back(&app.provider, &authorization, &ada());
    for victim in [app.visitor(), begun(app).await] {
        let answer = victim.get(&back).await;
        assert_eq!(answer.status, 400);
        assert!(answer.says("wasn’t started in this browser"));
        assert!(!victim.is_signed_in().await);
    }
    assert_eq!(
        attacker.get(&back).await.status,
        303,
        "the flow is still there for the browser that began it"
    );
}

// A08
async fn a_callback_works_once(app: &TestApp) {
    let visitor = app.visitor();
    let authorization = visitor.authorize("/").await;
    let back = visitor.way_back(&app.provider, &authorization, &ada());
    let entered = visitor.get(&back).await;
    assert_eq!(entered.status, 303);
    let again = visitor.get(&back).await;
    assert_eq!((again.status, again.location()), (303, "/"), "who is signed in goes on");
    assert!(again.header("set-cookie").is_empty(), "with the session that there is");
    assert_eq!(app.rows_in("sessions").await, 1);
    assert_eq!(app.visitor().get(&back).await.status, 400);
    assert!(visitor.is_signed_in().await, "the first session is unaffected");
}

// A09
async fn a_sign_in_that_took_longer_than_ten_minutes_starts_again(app: &TestApp) {
    let visitor = app.visitor();
    let authorization = visitor.authorize("/").await;
    let back = visitor.way_back(&app.provider, &authorization, &ada());
    app.skip(Duration::minutes(11));
    let answer = visitor.get(&back).await;
    assert_eq!(answer.status, 400);
    assert!(answer.says("start again"));
}

async fn two_tabs_can_sign_in_at_once(app: &TestApp) {
    let visitor = app.visitor();
    let first = visitor.authorize("/settings").await;
    let second = visitor.authorize("/settings/admin/users").await;
    let answer = visitor.get(&visitor.way_back(&app.provider, &first, &ada())).await;
    assert_eq!((answer.status, answer.location()), (303, "/settings"));
    let answer = visitor.get(&visitor.way_back(&app.provider, &second, &ada())).await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/admin/users"));
}

async fn begun(app: &TestApp) -> Visitor {
    let visitor = app.visitor();
    visitor.authorize("/").await;
    visitor
}

// A11, A12, A14
#[actix_web::test]
async fn tokens_that_do_not_hold_are_refused() {
    let app = TestApp::open(Database::sqlite()).await;
    let now = Utc::now().timestamp();
    for claims in [
        json!({ "nonce": "other" }),
        json!({ "nonce": null }),
        json!({ "aud": "somebody-else" }),
        json!({ "aud": ["gatehouse", "other"], "azp": "other" }),
        json!({ "aud": ["gatehouse", "other"] }),
        json!({ "azp": "other" }),
        json!({ "iss": "http://localhost:1" }),
        json!({ "exp": now - 600 }),
        json!({ "iat": now + 600 }),
        json!({ "nbf": now + 600 }),
        json!({ "exp": null }),
        json!({ "exp": (now + 300).to_string() }),
        json!({ "iat": "now" }),
        json!({ "nbf": "now" }),
        json!({ "sub": null }),
        json!({ "sub": 1 }),
        json!({ "aud": [] }),
        json!({ "aud": { "gatehouse": true } }),
        json!({ "azp": ["gatehouse"] }),
        json!({ "nonce": 1 }),
        json!({ "iss": ["x"] }),
        json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
    ] {
        refused(&app, ada().with(claims)).await;
    }
    let signatures =
        [Signature::None, Signature::Foreign, Signature::UnknownKey, Signature::Shared, Signature::Critical];
    for signature in signatures {
        refused(&app, ada().signed(signature)).await;
    }
    app.close().await;
}

// A subject that no provider may send: 1 to 255 visible ASCII characters (OpenID Connect Core, section 2).
#[actix_web::test]
async fn a_subject_that_can_be_none_is_refused() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        for subject in ["", "a\u{0}b", "ü", &"x".repeat(256), &"x".repeat(5000)] {
            refused(&app, ada().with(json!({ "sub": subject }))).await;
        }
        assert_eq!(app.events_of("sign_in.failed").await, 5);
        app.close().await;
    }
}

// A14
#[actix_web::test]
async fn a_clock_that_is_off_by_less_than_thirty_seconds_does_not_matter() {
    let app = TestApp::open(Database::sqlite()).await;
    let now = Utc::now().timestamp();
    for claims in [json!({ "exp": now - 20 }), json!({ "iat": now + 20 }), json!({ "nbf": now + 20 })] {
        let answer = app.visitor().sign_in(&app.provider, &ada().with(claims.clone())).await;
        assert_eq!(answer.status, 303, "{claims}");
    }
    app.close().await;
}

// A17
#[actix_web::test]
async fn the_request_carries_a_pkce_challenge_and_the_code_needs_its_verifier() {
    let app = TestApp::open(Database::sqlite()).await;
    let visitor = app.visitor();
    let authorization = visitor.authorize("/").await;
    assert_eq!(query(&authorization, "code_challenge_method"), "S256");
    assert_eq!(query(&authorization, "response_type"), "code");
    assert_eq!(query(&authorization, "redirect_uri"), format!("{}/auth/idp/callback", app.base));
    // Another flow's challenge: the provider refuses the verifier that we send.
    let other = app.visitor().authorize("/").await;
    let code = app.provider.grant(&ada(), &other);
    let answer = visitor
        .get(&format!("/auth/idp/callback?code={code}&state={}", query(&authorization, "state")))
        .await;
    assert_eq!(answer.status, 400);
    assert!(!visitor.is_signed_in().await);
    app.close().await;
}

// A19
#[actix_web::test]
async fn what_a_provider_says_of_an_error_is_not_repeated() {
    let app = TestApp::open(Database::sqlite()).await;
    let visitor = app.visitor();
    let authorization = visitor.authorize("/").await;
    let state = query(&authorization, "state");
    let long = "x".repeat(4000);
    let path = format!(
        "/auth/idp/callback?error=access_denied&error_description=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E{long}&state={state}"
    );
    let answer = visitor.get(&path).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.says("You weren’t signed in")
            && !answer.body.contains("onerror")
            && !answer.body.contains(&long)
    );
    app.close().await;
}

// A20
#[actix_web::test]
async fn a_provider_that_is_not_configured_is_not_there() {
    let app = TestApp::open(Database::sqlite()).await;
    let visitor = app.visitor();
    assert_eq!(visitor.post("/auth/github", &[]).await.status, 404);
    assert_eq!(visitor.get("/auth/github/callback?code=x&state=y").await.status, 404);
    app.close().await;
}

#[actix_web::test]
async fn an_answer_that_names_another_issuer_is_refused() {
    let app = TestApp::open(Database::sqlite()).await;
    let visitor = app.visitor();
    let authorization = visitor.authorize("/").await;
    let back = visitor.way_back(&app.provider, &authorization, &ada());
    assert_eq!(visitor.get(&format!("{back}&iss=https%3A%2F%2Fevil.test")).await.status, 400);
    assert!(!visitor.is_signed_in().await);
    app.close().await;
}

// A29, X35
#[actix_web::test]
async fn new_keys_are_fetched_once_a_minute_at_most() {
    let app = TestApp::open(Database::sqlite()).await;
    app.owner().await;
    let known = app.provider.keys_fetched.load(Ordering::Relaxed);
    app.provider.rotate_keys("second");
    assert_eq!(app.visitor().sign_in(&app.provider, &ada()).await.status, 303, "the new key is found");
    assert_eq!(app.provider.keys_fetched.load(Ordering::Relaxed), known + 1);
    for _ in 0..20 {
        let forged = ada().signed(Signature::UnknownKey);
        assert_eq!(app.visitor().sign_in(&app.provider, &forged).await.status, 400);
    }
    assert_eq!(app.provider.keys_fetched.load(Ordering::Relaxed), known + 1, "no storm");
    assert_eq!(app.visitor().sign_in(&app.provider, &ada()).await.status, 303, "others sign in meanwhile");
    app.close().await;
}

#[actix_web::test]
async fn the_address_can_come_from_userinfo_with_its_own_flag() {
    let app = TestApp::open(Database::sqlite()).await;
    let bare = json!({ "email": null, "email_verified": null, "name": null });
    let mut unverified = ada().with(bare.clone());
    unverified.user_info["email_verified"] = json!(false);
    refused(&app, unverified).await;
    let mut flagged = ada().with(json!({ "email": null, "email_verified": true }));
    flagged.user_info["email_verified"] = json!(false);
    refused(&app, flagged).await;
    let mut foreign = ada().with(bare.clone());
    foreign.user_info["sub"] = json!("somebody-else");
    let visitor = app.visitor();
    assert!(visitor.sign_in(&app.provider, &foreign).await.status >= 400);
    assert!(!visitor.is_signed_in().await);
    assert_eq!(app.visitor().sign_in(&app.provider, &ada().with(bare)).await.status, 303);
    app.close().await;
}

// X34
#[actix_web::test]
async fn a_provider_in_trouble_gets_a_friendly_page_and_sessions_go_on() {
    let app = TestApp::open(Database::sqlite()).await;
    let owner = app.owner().await;
    for (trouble, title) in [
        (Trouble::Status(500), "The sign-in service has a problem"),
        (Trouble::Status(302), "The sign-in service has a problem"),
        (Trouble::Html, "The sign-in service has a problem"),
        (Trouble::Endless(3_000_000), "The sign-in service has a problem"),
        (Trouble::Slow(Time::from_secs(30)), "The sign-in service isn’t responding"),
    ] {
        app.provider.be(trouble);
        let visitor = app.visitor();
        let answer = timeout(Time::from_secs(20), visitor.sign_in(&app.provider, &ada())).await;
        let answer = answer.unwrap_or_else(|_| panic!("{trouble:?}: no answer before the provider's"));
        assert_eq!(answer.status, 503, "{trouble:?}");
        assert!(answer.says(title) && answer.says("Try again"), "{trouble:?}");
        assert!(owner.is_signed_in().await);
    }
    app.provider.be(Trouble::Nothing);
    assert_eq!(app.visitor().sign_in(&app.provider, &ada()).await.status, 303);
    app.close().await;
}

// X33
#[actix_web::test]
async fn without_its_provider_the_house_starts_and_heals_when_it_comes() {
    let port = free_port();
    let provider = Provider::start_on(port).await;
    provider.stop().await;
    let app = TestApp::open_at(Database::sqlite(), provider, &[]).await;
    let visitor = app.visitor();
    let page = visitor.get("/sign-in").await;
    assert!(page.status == 200 && page.says("Acme SSO is unavailable right now."), "{}", page.body);
    assert_eq!(visitor.post("/auth/idp", &[]).await.status, 503);
    let back = Provider::start_on(port).await;
    assert_eq!(visitor.sign_in(&back, &ada()).await.status, 303, "it is asked again when somebody wants it");
    app.close().await;
}

// A16
#[actix_web::test]
async fn no_address_carries_a_secret() {
    let app = TestApp::open(Database::sqlite()).await;
    let visitor = app.visitor();
    let begun = visitor.post("/auth/idp", &[]).await;
    let authorization = begun.location().parse().expect("an address");
    assert!(!begun.location().contains("CANARY"), "no client secret");
    let done = visitor.get(&visitor.way_back(&app.provider, &authorization, &ada())).await;
    assert_eq!(done.location(), "/");
    assert_eq!(done.header("referrer-policy"), "same-origin");
    app.close().await;
}
