//! What takes a fresh sign-in takes a proof: the provider's word, or its silence where a login was demanded (threat R16).

use chrono::{Duration, Utc};
use gatehouse::role::Role;
use serde_json::{Value, json};
use url::Url;

use super::support::{
    Account, Answer, CLIENT_SECRET, Database, GitHub, Identity, TestApp, Visitor, field, on_both_databases,
};

fn ada(auth_time: &Value) -> Identity {
    Identity::new("ada@acme.test", "Ada Lovelace").with(json!({ "auth_time": auth_time }))
}

fn minutes_ago(minutes: i64) -> Value {
    json!((Utc::now() - Duration::minutes(minutes)).timestamp())
}

/// Signs in by what the form sends; gives the callback's answer.
async fn sign_in(app: &TestApp, person: &Visitor, form: &[(&str, &str)], identity: &Identity) -> Answer {
    let begun = person.post("/auth/idp", form).await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    let authorization: Url = begun.location().parse().expect("an address at the provider");
    person.get(&person.way_back(&app.provider, &authorization, identity)).await
}

/// Whether the person may do what takes a fresh sign-in.
async fn is_fresh(app: &TestApp, person: &Visitor) -> bool {
    let sam = app.id_of("sam@acme.test").await;
    let raised = person.patch(&format!("/api/admin/users/{sam}"), &json!({ "role": "admin" })).await;
    app.change_role("sam@acme.test", "member").await;
    assert!([200, 403].contains(&raised.status), "{}", raised.body);
    raised.status == 200
}

on_both_databases!(
    a_sign_in_without_a_question_proves_nothing,
    a_provider_that_does_not_ask_is_named_and_the_page_says_what_to_do,
    a_proof_that_is_yet_to_come_is_none
);

async fn a_sign_in_without_a_question_proves_nothing(app: &TestApp) {
    let person = app.owner().await;
    app.enroll("sam@acme.test", "default", Role::Member).await;
    for (form, auth_time, fresh) in [
        (vec![], json!(null), false),
        (vec![("prompt", "select_account")], json!(null), false),
        (vec![], minutes_ago(60), false),
        (vec![], minutes_ago(-5), false),
        (vec![], minutes_ago(1), true),
        (vec![("prompt", "login")], json!(null), true),
        (vec![("prompt", "login")], minutes_ago(0), true),
    ] {
        let answer = sign_in(app, &person, &form, &ada(&auth_time)).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(is_fresh(app, &person).await, fresh, "{form:?} {auth_time}");
    }
    app.skip(Duration::minutes(11));
    assert!(!is_fresh(app, &person).await, "ten minutes later it is no proof any more");
}

async fn a_provider_that_does_not_ask_is_named_and_the_page_says_what_to_do(app: &TestApp) {
    let person = app.owner().await;
    app.enroll("sam@acme.test", "default", Role::Member).await;
    let again = "/settings/admin/users?role=member";
    for auth_time in [minutes_ago(60), minutes_ago(-5)] {
        let answer =
            sign_in(app, &person, &[("prompt", "login"), ("return_to", again)], &ada(&auth_time)).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
        assert!(
            answer.says("Acme SSO recognized you without asking you to sign in again."),
            "{}",
            answer.body
        );
        assert!(answer.says("Sign out at Acme SSO first, then continue."));
        assert_eq!(
            (field(&answer.body, "return_to"), field(&answer.body, "prompt")),
            (again.to_owned(), "login".to_owned())
        );
        assert!(!is_fresh(app, &person).await);
    }
    let answer =
        sign_in(app, &person, &[("prompt", "login"), ("return_to", again)], &ada(&minutes_ago(0))).await;
    assert_eq!((answer.status, answer.location()), (303, again));
    assert!(is_fresh(app, &person).await);
}

async fn a_proof_that_is_yet_to_come_is_none(app: &TestApp) {
    let person = app.owner().await;
    app.enroll("sam@acme.test", "default", Role::Member).await;
    assert!(is_fresh(app, &person).await);
    let later = (app.services.clock.now() + Duration::hours(2)).timestamp_millis();
    app.run("UPDATE sessions SET authenticated_at = $1", [later.into()]).await;
    assert!(!is_fresh(app, &person).await, "a clock was put back");
    app.forget_sign_ins().await;
    assert!(!is_fresh(app, &person).await, "a session of before this was kept");
}

#[actix_web::test]
async fn where_a_provider_can_t_be_made_to_ask_only_the_confirmation_counts() {
    let github = GitHub::start().await;
    let settings = github.settings(CLIENT_SECRET);
    for database in Database::each().await {
        let app = TestApp::open_with(database, &settings).await;
        app.enroll("sam@acme.test", "default", Role::Member).await;
        let person = app.visitor();
        let account = Account::new(7, "ada", &[("ada@acme.test", true, true)]);
        let by_github = async |form: &[(&str, &str)]| {
            let authorization: Url =
                person.post("/auth/github", form).await.location().parse().expect("an address at GitHub");
            let code = github.grant(&account, &authorization);
            let back = person.get(&person.way_back_from("github", &authorization, &code)).await;
            assert_eq!(back.status, 303, "{}", back.body);
        };
        by_github(&[]).await;
        assert!(!is_fresh(&app, &person).await, "a plain sign-in asks nobody");
        let page = person.post("/settings/identities", &[("provider", "idp")]).await;
        assert!(
            page.status == 403 && page.says("GitHub won’t ask for your password again."),
            "{}",
            page.body
        );
        by_github(&[("prompt", &field(&page.body, "prompt"))]).await;
        assert!(is_fresh(&app, &person).await, "nobody is locked out of raising roles");
        app.close().await;
    }
    github.stop().await;
}
