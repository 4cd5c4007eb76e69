//! The first person to sign in becomes owner: once, no matter who else comes at the same time (rule 1.4).

use futures_util::future::join_all;
use gatehouse::role::Role;

use super::support::{Database, Identity, TestApp, Visitor, on_both_databases};

on_both_databases!(
    the_first_person_becomes_owner_and_the_second_is_not_let_in,
    an_emptied_users_table_does_not_make_another_first_owner,
    a_first_person_whose_address_is_not_verified_claims_nothing,
    of_twenty_first_sign_ins_at_two_instances_exactly_one_is_owner
);

async fn the_first_person_becomes_owner_and_the_second_is_not_let_in(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(ada.get("/api/me").await.json()["role"], "owner");
    let eve = app.visitor();
    let answer = eve.sign_in(&app.provider, &Identity::new("eve@acme.test", "Eve")).await;
    assert_eq!(answer.status, 403);
    assert!(answer.says("eve@acme.test doesn’t have access to My Organization."));
    assert!(!eve.is_signed_in().await);
}

async fn an_emptied_users_table_does_not_make_another_first_owner(app: &TestApp) {
    app.owner().await;
    app.run("DELETE FROM users", []).await;
    let eve = app.visitor();
    assert_eq!(eve.sign_in(&app.provider, &Identity::new("eve@acme.test", "Eve")).await.status, 403);
    assert_eq!(app.rows_in("users").await, 0);
}

async fn a_first_person_whose_address_is_not_verified_claims_nothing(app: &TestApp) {
    let eve = Identity::new("eve@acme.test", "Eve").with(serde_json::json!({ "email_verified": false }));
    assert_eq!(app.visitor().sign_in(&app.provider, &eve).await.status, 403);
    app.owner().await;
}

async fn of_twenty_first_sign_ins_at_two_instances_exactly_one_is_owner(app: &TestApp) {
    let (second, handle) = app.second_instance().await;
    for round in 0..rounds() {
        let bases = [&app.base, &second];
        let everybody = (0..20).map(|n| first_sign_in(app, bases[n % 2], round, n));
        let statuses = join_all(everybody).await;
        assert_eq!(
            statuses.iter().filter(|status| **status == 303).count(),
            1,
            "round {round}: {statuses:?}"
        );
        assert_eq!(app.count("SELECT count(*) FROM memberships WHERE role = 'owner'").await, 1);
        assert_eq!(app.rows_in("users").await, 1);
        let joined = app.events_of("person.joined").await;
        assert_eq!(joined, 1, "one event for the one who joined");
        reopen(app).await;
    }
    handle.stop(false).await;
}

/// Fifty in CI; fewer where someone waits.
fn rounds() -> usize {
    if std::env::var("CI").is_ok() { 50 } else { 5 }
}

async fn first_sign_in(app: &TestApp, base: &str, round: usize, n: usize) -> u16 {
    let identity = Identity::new(&format!("person{n}.round{round}@acme.test"), "Somebody");
    let answer = Visitor::new(base).sign_in(&app.provider, &identity).await;
    assert!([303, 403].contains(&answer.status), "round {round}: {} {}", answer.status, answer.body);
    answer.status
}

/// What the command line would do: make the instance new again.
async fn reopen(app: &TestApp) {
    app.run("DELETE FROM users", []).await;
    app.run("DELETE FROM events", []).await;
    app.run("UPDATE instance SET claimed_at = NULL", []).await;
}

#[actix_web::test]
async fn on_a_public_address_only_the_configured_owner_is_first() {
    let settings = [("BASE_URL", "https://gate.acme.test"), ("OWNER_EMAIL", "ada@acme.test")];
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    let stranger = app.visitor();
    let answer = public_sign_in(&app, &stranger, "eve@acme.test").await;
    assert_eq!(answer, 403);
    assert_eq!(public_sign_in(&app, &app.visitor(), "Ada@Acme.test").await, 303);
    assert_eq!(app.texts("SELECT role FROM memberships").await, [Role::Owner.name()]);
    app.close().await;
}

/// Secure cookies do not travel over the tests' plain http: the visitor carries them by hand.
async fn public_sign_in(app: &TestApp, visitor: &Visitor, email: &str) -> u16 {
    let start = visitor.request(reqwest::Method::POST, "/auth/idp").form(&[("return_to", "/")]);
    let begun = visitor.send(start).await;
    let cookie = begun.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    assert!(cookie.starts_with("__Host-"), "{cookie}");
    let authorization = begun.location().parse().expect("an address");
    let back = visitor.way_back(&app.provider, &authorization, &Identity::new(email, "Somebody"));
    visitor.send(visitor.request(reqwest::Method::GET, &back).header("cookie", cookie)).await.status
}
