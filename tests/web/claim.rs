//! The claim link and `bootstrap`: who may be first where strangers can come (rule 1.4, threat R09).

use std::process::Command;

use gatehouse::role::Role;
use gatehouse::sign_in::claim;
use reqwest::Method;

use super::support::{Answer, Database, Identity, MASTER_KEY, TestApp, Visitor, field};

/// A Gatehouse that strangers can reach, and whose owner no one has named.
async fn public_house(database: Database) -> TestApp {
    TestApp::open_with(database, &[("BASE_URL", "https://gate.acme.test")]).await
}

/// The link that stands in the log, as a path.
async fn link(app: &TestApp) -> Option<String> {
    let link = claim::link(&app.services).await.expect("an answer")?;
    Some(link.strip_prefix("https://gate.acme.test").expect("from the base URL").to_owned())
}

/// Secure cookies do not travel over the tests' plain http: the visitor carries them by hand.
async fn sign_in(app: &TestApp, visitor: &Visitor, email: &str, claim: &str) -> Answer {
    let start = visitor.request(Method::POST, "/auth/idp").form(&[("return_to", "/"), ("claim", claim)]);
    let begun = visitor.send(start).await;
    if begun.status != 303 {
        return begun;
    }
    let cookie = begun.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let authorization = begun.location().parse().expect("an address");
    let back = visitor.way_back(&app.provider, &authorization, &Identity::new(email, "Somebody"));
    visitor.send(visitor.request(Method::GET, &back).header("cookie", cookie)).await
}

// R09
#[actix_web::test]
async fn a_person_who_has_the_link_becomes_owner_and_no_one_else_is_first() {
    for database in Database::each().await {
        let app = public_house(database).await;
        let path = link(&app).await.expect("a link");
        let token = path.strip_prefix("/claim/").expect("a token");
        assert!(token.len() >= 43, "at least 128 bits");
        assert_eq!(sign_in(&app, &app.visitor(), "eve@evil.test", "").await.status, 403);
        let page = app.visitor().get(&path).await;
        assert!(page.status == 200 && page.says("Claim this Gatehouse"), "{}", page.body);
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(app.rows_in("users").await, 0, "looking claims nothing");
        assert_eq!(sign_in(&app, &app.visitor(), "ada@acme.test", token).await.status, 303);
        assert_eq!(app.texts("SELECT role FROM memberships").await, [Role::Owner.name()]);
        assert_eq!(link(&app).await, None, "it works once");
        assert_eq!(app.visitor().get(&path).await.status, 404);
        assert_eq!(sign_in(&app, &app.visitor(), "eve@evil.test", token).await.status, 404);
        app.close().await;
    }
}

#[actix_web::test]
async fn a_link_that_was_guessed_altered_or_not_needed_is_unknown() {
    let app = public_house(Database::sqlite()).await;
    let path = link(&app).await.expect("a link");
    for wrong in ["/claim/none", "/claim/%00", &path.to_lowercase(), &path[..path.len() - 1]] {
        assert_eq!(app.visitor().get(wrong).await.status, 404, "{wrong}");
    }
    assert_eq!(sign_in(&app, &app.visitor(), "eve@evil.test", "none").await.status, 404);
    app.close().await;
    let named = [("BASE_URL", "https://gate.acme.test"), ("OWNER_EMAIL", "ada@acme.test")];
    for settings in [&[][..], &named] {
        let app = TestApp::open_with(Database::sqlite(), settings).await;
        assert_eq!(claim::link(&app.services).await.expect("an answer"), None);
        app.close().await;
    }
}

#[actix_web::test]
async fn a_person_who_claims_with_the_wrong_account_can_try_another() {
    let app = public_house(Database::sqlite()).await;
    let token = link(&app).await.expect("a link").replace("/claim/", "");
    let visitor = app.visitor();
    let start = visitor.request(Method::POST, "/auth/idp").form(&[("claim", token.as_str())]);
    let begun = visitor.send(start).await;
    let cookie = begun.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let authorization = begun.location().parse().expect("an address");
    let unverified =
        Identity::new("ada@acme.test", "Ada").with(serde_json::json!({ "email_verified": false }));
    let back = visitor.way_back(&app.provider, &authorization, &unverified);
    let page = visitor.send(visitor.request(Method::GET, &back).header("cookie", cookie)).await;
    assert_eq!(page.status, 403);
    assert_eq!(field(&page.body, "claim"), token);
    app.close().await;
}

#[actix_web::test]
async fn a_claim_that_is_refused_claims_nothing() {
    let app = TestApp::open_with(
        Database::sqlite(),
        &[("BASE_URL", "https://gate.acme.test"), ("BLOCKED_DOMAINS", "evil.test")],
    )
    .await;
    let token = link(&app).await.expect("a link").replace("/claim/", "");
    assert_eq!(sign_in(&app, &app.visitor(), "eve@evil.test", &token).await.status, 403);
    assert!(link(&app).await.is_some());
    assert_eq!(sign_in(&app, &app.visitor(), "ada@acme.test", &token).await.status, 303);
    app.close().await;
}

/// Beside the application, which goes on meanwhile: it may be in the middle of a write.
async fn bootstrap(app: &TestApp, org: &str, owner: &str) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
    command
        .args(["bootstrap", "--org", org, "--owner", owner])
        .env("GATEHOUSE_DATABASE_URL", app.database_url())
        .env("GATEHOUSE_MASTER_KEY", MASTER_KEY);
    let output = actix_web::web::block(move || command.output()).await.expect("a thread").expect("gatehouse");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said.into_owned())
}

#[actix_web::test]
async fn bootstrap_names_the_owner_and_no_one_else_can_be_first() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        let (good, said) = bootstrap(&app, "Acme", "Ada@acme.test").await;
        assert!(good && said.contains("ada@acme.test becomes owner of Acme at the first sign-in."), "{said}");
        let (good, said) = bootstrap(&app, "Acme", "ada@acme.test").await;
        assert!(good && said.contains("Nothing changed."), "{said}");
        let eve = Identity::new("eve@acme.test", "Eve");
        assert_eq!(app.visitor().sign_in(&app.provider, &eve).await.status, 403, "on loopback, too");
        let ada = app.owner().await;
        let me = ada.get("/api/me").await.json();
        assert_eq!((me["role"].as_str(), me["organization"]["name"].as_str()), (Some("owner"), Some("Acme")));
        assert_eq!(
            app.texts("SELECT COALESCE(awaited_owner, 'nobody') FROM organizations").await,
            ["nobody"]
        );
        let events = app.texts("SELECT actor FROM events WHERE action = 'organization.bootstrapped'").await;
        assert!(events.len() == 1 && events[0].starts_with("operator (cli:"), "{events:?}");
        app.close().await;
    }
}

#[actix_web::test]
async fn bootstrap_makes_someone_who_is_here_owner_at_once() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        app.owner().await;
        let ben = app.person("ben@acme.test", Role::Member).await;
        let (good, said) = bootstrap(&app, "Globex", "ben@acme.test").await;
        assert!(!good && said.contains("is called My Organization"), "{said}");
        assert_eq!(ben.get("/api/me").await.json()["role"], "member");
        let (good, said) = bootstrap(&app, "My Organization", "ben@acme.test").await;
        assert!(good && said.contains("ben@acme.test now owns My Organization."), "{said}");
        assert_eq!(ben.get("/api/me").await.json()["role"], "owner");
        app.close().await;
    }
}

#[actix_web::test]
async fn bootstrap_refuses_what_is_neither_a_name_nor_an_address() {
    let app = TestApp::open(Database::sqlite()).await;
    for (org, owner) in [("https://evil.test", "ada@acme.test"), ("Acme", "ada"), ("", "ada@acme.test")] {
        let (good, said) = bootstrap(&app, org, owner).await;
        assert!(!good && said.contains("invalid value"), "{said}");
    }
    app.close().await;
}
