//! Who was turned away: one line per address, thirty days, and what an admin can do about it.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::json;

use super::support::{Answer, Identity, TestApp, field, on_both_databases};

const PAGE: &str = "/settings/admin/access";
const ALLOW: &str = "/settings/admin/access/allowed-addresses";

async fn try_sign_in(app: &TestApp, email: &str) -> Answer {
    app.visitor().sign_in(&app.provider, &Identity::new(email, "Somebody")).await
}

on_both_databases!(
    many_refusals_of_one_address_are_one_line_with_a_count,
    lines_are_kept_for_thirty_days_after_the_last_try,
    someone_who_was_turned_away_is_let_in_with_one_button,
    a_dormant_list_is_not_switched_on_in_passing,
    allowing_what_is_allowed_changes_nothing,
    what_allowing_would_not_help_is_not_offered,
    an_address_that_is_none_is_kept_as_text
);

async fn many_refusals_of_one_address_are_one_line_with_a_count(app: &TestApp) {
    let ada = app.owner().await;
    for _ in 0..4 {
        assert!(
            join_all((0..10).map(|_| try_sign_in(app, "Mallory@evil.test")))
                .await
                .iter()
                .all(|a| a.status == 403)
        );
    }
    assert_eq!(try_sign_in(app, "eve@evil.test").await.status, 403);
    let page = ada.get(PAGE).await;
    assert!(page.says("mallory@evil.test") && page.says("40 times") && page.says("eve@evil.test"));
    assert!(page.says("by Acme SSO") && page.says("Only invited people can join."));
    assert_eq!(app.rows_in("denials").await, 2);
    assert_eq!(app.events_of("sign_in.refused").await, 41);
}

async fn lines_are_kept_for_thirty_days_after_the_last_try(app: &TestApp) {
    let ada = app.owner().await;
    try_sign_in(app, "mallory@evil.test").await;
    try_sign_in(app, "eve@evil.test").await;
    let then = chrono::Utc::now() - Duration::days(30) - Duration::minutes(1);
    let then = then.timestamp_millis();
    app.run("UPDATE denials SET last_at = $1 WHERE email = 'mallory@evil.test'", [then.into()]).await;
    let page = ada.get(PAGE).await;
    assert!(!page.says("mallory@evil.test") && page.says("eve@evil.test"));
    gatehouse::access::denials::forget_old(&app.services).await.expect("forgotten");
    assert_eq!(app.texts("SELECT email FROM denials").await, ["eve@evil.test"]);
}

async fn someone_who_was_turned_away_is_let_in_with_one_button(app: &TestApp) {
    let ada = app.owner().await;
    try_sign_in(app, "sam@other.test").await;
    assert!(ada.get(PAGE).await.body.contains("name=\"email\" value=\"sam@other.test\""));
    let allowed = ada.post(ALLOW, &[("email", "sam@other.test")]).await;
    assert_eq!((allowed.status, allowed.location()), (303, "/settings/admin/access#denials"));
    let page = ada.get(PAGE).await;
    assert!(page.says("Could join now.") && page.says("1 listed address can join."));
    assert!(!page.body.contains("name=\"email\" value=\"sam@other.test\""), "the button has done its work");
    assert_eq!(try_sign_in(app, "sam@other.test").await.status, 303);
    assert!(ada.get(PAGE).await.says("Now a member."));
    assert!(app.events().await.contains(&"access.address_allowed done sam@other.test".to_owned()));
}

async fn a_dormant_list_is_not_switched_on_in_passing(app: &TestApp) {
    let ada = app.owner().await;
    app.run("UPDATE org_settings SET allowed_emails = '[\"old@evil.test\"]'", []).await;
    let before = app.footprint().await;
    let answer = ada.post(ALLOW, &[("email", "sam@other.test")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.says("Addresses were switched off and list others, who could join, too."));
    assert!(answer.body.contains("old@evil.test\nsam@other.test"), "the form holds both");
    assert_eq!(app.footprint().await, before);
    assert_eq!(try_sign_in(app, "old@evil.test").await.status, 403);
}

async fn allowing_what_is_allowed_changes_nothing(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(ada.post(ALLOW, &[("email", "sam@other.test")]).await.status, 303);
    let before = (app.footprint().await, app.events().await);
    assert_eq!(ada.post(ALLOW, &[("email", "Sam@other.test")]).await.status, 303);
    assert_eq!((app.footprint().await, app.events().await), before);
}

async fn what_allowing_would_not_help_is_not_offered(app: &TestApp) {
    let ada = app.owner().await;
    let unverified = Identity::new("sam@other.test", "Sam").with(json!({ "email_verified": false }));
    app.visitor().sign_in(&app.provider, &unverified).await;
    let mut nameless = Identity::new("x", "X").with(json!({ "email": null }));
    nameless.user_info["email"] = json!(null);
    app.visitor().sign_in(&app.provider, &nameless).await;
    let page = ada.get(PAGE).await;
    assert!(page.says("Email not verified by the provider."));
    assert!(page.says("No address") && page.says("The provider gave no usable address."));
    assert!(!page.body.contains("allowed-addresses"));
    assert_eq!(ada.post(ALLOW, &[("email", "nonsense")]).await.status, 422);
    assert_eq!(field(&page.body, "version"), "1");
}

// W01, D01: whatever a provider sends is text.
async fn an_address_that_is_none_is_kept_as_text(app: &TestApp) {
    let ada = app.owner().await;
    for email in
        ["<script>alert(1)</script>@x", "a\u{0}b@x.test", "'; DROP TABLE denials; --", &"x".repeat(5000)]
    {
        assert_eq!(try_sign_in(app, email).await.status, 403, "{email}");
    }
    let page = ada.get(PAGE).await;
    assert!(page.says("<script>alert(1)</script>@x") && !page.body.contains("<script>alert"));
    assert_eq!(app.rows_in("denials").await, 4);
}
