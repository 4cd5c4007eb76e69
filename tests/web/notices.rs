//! What a page says after a change, and offers to undo: to the session that made it, for a minute, and no one else's word
//! (threat of a cookie that another host of the same domain plants).

use chrono::Duration;
use gatehouse::role::Role;
use reqwest::Method;

use super::support::{Answer, Identity, TestApp, Visitor, on_both_databases};

const PAGE: &str = "/settings/admin/users";

/// Makes someone an admin; the notice that the answer leaves.
async fn promote(admin: &Visitor, person: &str) -> String {
    let answer = admin.post(&format!("{PAGE}/{person}/role"), &[("role", "admin")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    cookie(&answer, "notice").expect("a notice")
}

/// `name=value`.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text"));
    let cookie = cookies.into_iter().find(|cookie| cookie.starts_with(&format!("{name}=")))?;
    cookie.split(';').next().map(str::to_owned)
}

/// The page, asked for with a planted notice in front of the browser's own cookies.
async fn with_planted(visitor: &Visitor, session: &str, notice: &str) -> Answer {
    let request = visitor.request(Method::GET, PAGE).header("cookie", format!("{notice}; {session}"));
    visitor.send(request).await
}

/// Someone who has just signed in, and the cookie of the session.
async fn session(app: &TestApp, email: &str) -> (Visitor, String) {
    let visitor = app.visitor();
    let answer = visitor.sign_in(&app.provider, &Identity::new(email, email)).await;
    (visitor, cookie(&answer, "session").expect("a session"))
}

fn says_something(page: &Answer) -> bool {
    assert_eq!(page.status, 200, "{}", page.body);
    page.says(" is now an admin.") || page.says("Undo")
}

on_both_databases!(
    a_notice_speaks_to_the_session_that_made_the_change_and_to_no_other,
    who_is_signed_out_is_told_so_and_offered_nothing
);

async fn a_notice_speaks_to_the_session_that_made_the_change_and_to_no_other(app: &TestApp) {
    for (email, role) in
        [("ada@acme.test", Role::Owner), ("eve@acme.test", Role::Owner), ("sam@acme.test", Role::Member)]
    {
        app.enroll(email, "default", role).await;
    }
    let (ada, hers) = session(app, "ada@acme.test").await;
    let (eve, theirs) = session(app, "eve@acme.test").await;
    let sam = app.id_of("sam@acme.test").await;
    let genuine = promote(&eve, &sam).await;
    assert!(says_something(&with_planted(&eve, &theirs, &genuine).await), "it is their own");
    assert!(!says_something(&with_planted(&ada, &hers, &genuine).await), "somebody else's");
    for forged in [
        format!("notice=role-changed.role.{sam}.owner"),
        "notice=role-changed".to_owned(),
        genuine.replace("member", "owner"),
        genuine.replacen('~', "~QWRh~", 1),
        format!("{genuine}x"),
    ] {
        let page = with_planted(&eve, &theirs, &forged).await;
        assert!(!says_something(&page), "{forged}");
        assert_eq!(cookie(&page, "notice").as_deref(), Some("notice="), "it is taken back");
    }
    let (again, new) = session(app, "eve@acme.test").await;
    assert!(!says_something(&with_planted(&again, &new, &genuine).await), "another session of theirs");
    app.skip(Duration::seconds(62));
    assert!(!says_something(&with_planted(&eve, &theirs, &genuine).await), "too late");
}

async fn who_is_signed_out_is_told_so_and_offered_nothing(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(ada.post("/sign-out", &[]).await.status, 303);
    let page = ada.get("/sign-in").await;
    assert!(page.says("You’re signed out.") && !page.says("Undo"), "{}", page.body);
    assert!(!ada.get("/sign-in").await.says("You’re signed out."), "once");
}
