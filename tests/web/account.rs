//! One's own account: sessions and theme.

use gatehouse::role::Role;

use super::support::{Answer, Identity, TestApp, on_both_databases};

on_both_databases!(
    the_page_shows_profile_methods_and_sessions,
    one_session_is_ended_from_another,
    someone_elses_session_is_as_unknown_as_none,
    the_theme_is_in_the_first_byte_of_the_next_page
);

async fn the_page_shows_profile_methods_and_sessions(app: &TestApp) {
    let ada = app.owner().await;
    let page = ada.get("/settings").await;
    for text in ["Ada Lovelace", "ada@acme.test", "Owner", "Acme SSO", "This device"] {
        assert!(page.says(text), "{text}");
    }
    assert!(!page.says("Sign out everywhere else"), "there is nothing else");
}

async fn one_session_is_ended_from_another(app: &TestApp) {
    let here = app.owner().await;
    let there = app.visitor();
    there.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    let page = here.get("/settings").await.body;
    let end = page
        .split('"')
        .find(|text| text.starts_with("/settings/sessions/") && text.ends_with("/end"))
        .expect("a form");
    assert_eq!(here.post(end, &[]).await.status, 303);
    assert!(here.get("/settings").await.says(" signed out."));
    assert!(!there.is_signed_in().await && here.is_signed_in().await);
}

// S07, T01
async fn someone_elses_session_is_as_unknown_as_none(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let session = app
        .texts("SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = 'ada@acme.test'")
        .await
        .remove(0);
    let theirs = ben.post(&format!("/settings/sessions/{session}/end"), &[]).await;
    let unknown = ben.post(&format!("/settings/sessions/{}/end", gatehouse::random::id()), &[]).await;
    assert_eq!((theirs.status, unknown.status), (404, 404));
    let without_id = |answer: &Answer| answer.body.replace(answer.header("x-request-id"), "");
    assert_eq!(without_id(&theirs), without_id(&unknown));
    assert!(ada.is_signed_in().await);
}

async fn the_theme_is_in_the_first_byte_of_the_next_page(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(ada.post("/settings/theme", &[("theme", "dark")]).await.status, 303);
    assert!(ada.get("/settings").await.body.contains("<html lang=\"en\" data-theme=\"dark\""));
    assert_eq!(ada.post("/settings/theme", &[("theme", "neon")]).await.status, 422);
}
