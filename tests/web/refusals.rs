//! Refusals where there is one organization, generated: every route, as everyone, in every way to be refused. Each leaves
//! one event.

use gatehouse::role::Role;
use gatehouse::routes::table;
use gatehouse::tenancy::Tenancy;
use serde_json::json;

use super::refused::{Asker, address, check, method};
use super::support::{Answer, TestApp, on_both_databases};
use super::tokens::{default_project, read};

/// What is everyone's to do, and ends what the next requests take for granted.
const ENDING: [&str; 5] = [
    "POST /sign-out",
    "POST /settings/departure",
    "DELETE /api/me",
    "DELETE /api/me/sessions",
    "DELETE /api/org/membership",
];

fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    read(answer)["token"].as_str().expect("a token").to_owned()
}

/// No one, people with each right, and programs of both sorts.
async fn cast(app: &TestApp) -> Vec<Asker> {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let mia = app.person("mia@acme.test", Role::Member).await;
    let out = app.outsider("out@acme.test").await;
    let of_ben =
        ben.post_json("/api/me/tokens", &json!({ "name": "script", "scopes": ["admin:read"] })).await;
    let tokens = format!("/api/projects/{}/tokens", default_project(app, "default").await);
    let deploy = ada.post_json(&tokens, &json!({ "name": "deploy" })).await;
    let of_deploy = read(&deploy)["id"].as_str().map(str::to_owned);
    let ben = Asker::person(app, "admin", "ben@acme.test", ben).await;
    let by = |who, answer, id| Asker { who, visitor: app.visitor(), token: Some(token(answer)), id };
    vec![
        Asker::nobody(app),
        by("a person's token", &of_ben, ben.id.clone()),
        by("a project's token", &deploy, of_deploy),
        Asker::person(app, "member", "mia@acme.test", mia).await,
        ben,
        Asker::person(app, "owner", "ada@acme.test", ada).await,
        Asker::person(app, "no organization", "out@acme.test", out).await,
    ]
}

on_both_databases!(a_person_who_is_refused_leaves_one_event_where_there_is_one_organization);

async fn a_person_who_is_refused_leaves_one_event_where_there_is_one_organization(app: &TestApp) {
    let cast = cast(app).await;
    let (mut at_doors, mut from_elsewhere) = (0, 0);
    for route in table(Tenancy::Single) {
        let path = address(&route.path);
        for asker in &cast {
            if !route.method.is_safe() {
                let answer = asker.send(&method(&route), &path, "https://evil.test").await;
                assert_eq!(answer.status, 403, "{} at {} {}", asker.who, route.method, route.path);
                from_elsewhere += usize::from(check(app, asker, &route, &answer).await.is_some());
            }
            if !ENDING.contains(&format!("{} {}", route.method, route.path).as_str()) {
                let answer = asker.send(&method(&route), &path, &app.base).await;
                at_doors += usize::from(check(app, asker, &route, &answer).await.is_some());
            }
        }
    }
    assert!(at_doors > 300 && from_elsewhere > 300, "{at_doors} {from_elsewhere}");
}
