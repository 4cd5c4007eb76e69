//! What is changed is what was seen: `ETag`, `If-Match` and `If-None-Match` (RFC 9110, 13).

use gatehouse::role::Role;
use gatehouse::routes::table;
use gatehouse::tenancy::Tenancy;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, TestApp, Visitor, on_both_databases};
use super::tokens::{default_project, token_of_project};

const SETTINGS: &str = "/api/admin/settings";

async fn tag(person: &Visitor, path: &str) -> String {
    let answer = person.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.header("etag").to_owned()
}

/// Changes something that was seen with this tag.
async fn change(person: &Visitor, method: Method, path: &str, seen: &str, body: &Value) -> Answer {
    let request = person.request(method, path).header("origin", &person.base);
    person.send(request.header("if-match", seen).json(body)).await
}

async fn rename(person: &Visitor, seen: &str, name: &str) -> Answer {
    change(person, Method::PATCH, SETTINGS, seen, &json!({ "name": name })).await
}

async fn read_unless(person: &Visitor, path: &str, seen: &str) -> Answer {
    person.send(person.request(Method::GET, path).header("if-none-match", seen)).await
}

fn has_failed(answer: &Answer) -> bool {
    answer.status == 412 && answer.json()["code"] == "precondition_failed"
}

on_both_databases!(
    settings_that_were_changed_since_are_not_changed_again,
    nothing_to_change_is_refused_too_if_it_is_not_what_was_seen,
    anyone_who_has_seen_it_is_not_sent_it_again,
    of_two_at_once_one_loses,
    what_changes_by_itself_keeps_no_one_from_changing_the_rest,
    what_was_changed_since_is_not_deleted,
    what_is_not_there_was_not_seen,
    who_may_not_hears_that_first,
    what_can_not_be_read_was_not_seen,
    whatever_is_read_and_changed_has_a_tag
);

async fn settings_that_were_changed_since_are_not_changed_again(app: &TestApp) {
    let ada = app.owner().await;
    let first = tag(&ada, SETTINGS).await;
    assert!(first.starts_with('"') && first.ends_with('"'), "a strong tag: {first}");
    let changed = rename(&ada, &first, "Acme").await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let second = changed.header("etag").to_owned();
    assert_ne!(second, first);
    assert_eq!(tag(&ada, SETTINGS).await, second);
    let before = (app.footprint().await, app.events().await);
    for seen in [first.as_str(), "\"never\"", &format!("W/{second}")] {
        let refused = rename(&ada, seen, "Globex").await;
        assert!(has_failed(&refused), "{seen}: {} {}", refused.status, refused.body);
    }
    for nonsense in ["", "nonsense"] {
        let refused = rename(&ada, nonsense, "Globex").await;
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("malformed")), "{nonsense}");
        assert_eq!(read_unless(&ada, SETTINGS, nonsense).await.status, 400, "{nonsense}");
    }
    assert_eq!((app.footprint().await, app.events().await), before);
    assert_eq!(rename(&ada, &format!("\"never\", {second}"), "Acme Two").await.status, 200);
    assert_eq!(rename(&ada, "*", "Acme Three").await.status, 200);
    assert_eq!(ada.patch(SETTINGS, &json!({ "name": "Acme Four" })).await.status, 200);
}

async fn nothing_to_change_is_refused_too_if_it_is_not_what_was_seen(app: &TestApp) {
    let ada = app.owner().await;
    let first = tag(&ada, SETTINGS).await;
    rename(&ada, &first, "Acme").await;
    assert!(has_failed(&rename(&ada, &first, "Acme").await));
}

async fn anyone_who_has_seen_it_is_not_sent_it_again(app: &TestApp) {
    let ada = app.owner().await;
    let first = tag(&ada, SETTINGS).await;
    for seen in [first.clone(), format!("W/{first}"), format!("\"other\", {first}"), "*".to_owned()] {
        let same = read_unless(&ada, SETTINGS, &seen).await;
        assert_eq!(
            (same.status, same.body.as_str(), same.header("etag")),
            (304, "", first.as_str()),
            "{seen}"
        );
        assert_eq!(same.header("cache-control"), "no-store");
    }
    rename(&ada, &first, "Acme").await;
    let other = read_unless(&ada, SETTINGS, &first).await;
    assert!(other.status == 200 && other.json()["name"] == "Acme", "{}", other.body);
}

async fn of_two_at_once_one_loses(app: &TestApp) {
    let ada = app.owner().await;
    let (other, second) = app.second_instance().await;
    let there = [ada.clone(), ada.at(&other)];
    for round in 0..3 {
        let seen = tag(&ada, SETTINGS).await;
        let names: Vec<String> = (0..10).map(|n| format!("Acme {round} {n}")).collect();
        let requests = names.iter().enumerate().map(|(n, name)| rename(&there[n % 2], &seen, name));
        let answers = futures_util::future::join_all(requests.map(Box::pin)).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(answers.iter().all(|answer| answer.status == 200 || has_failed(answer)), "{statuses:?}");
    }
    assert_eq!(app.events_of("organization.settings_changed").await, 3);
    second.stop(false).await;
}

// A program that works all the time keeps no one from changing its project.
async fn what_changes_by_itself_keeps_no_one_from_changing_the_rest(app: &TestApp) {
    let ada = app.owner().await;
    let project = format!("/api/projects/{}", default_project(app, "default").await);
    let seen = tag(&ada, &project).await;
    token_of_project(&ada, &default_project(app, "default").await).await;
    let now = tag(&ada, &project).await;
    assert_ne!(now, seen);
    assert_eq!(read_unless(&ada, &project, &seen).await.status, 200);
    let changed = change(&ada, Method::PATCH, &project, &seen, &json!({ "name": "Everyone" })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(tag(&ada, &project).await, changed.header("etag"));
    assert!(has_failed(&change(&ada, Method::PATCH, &project, &now, &json!({ "name": "No one" })).await));
}

async fn what_was_changed_since_is_not_deleted(app: &TestApp) {
    let ada = app.owner().await;
    let team = ada.post_json("/api/teams", &json!({ "name": "Core" })).await.json();
    let team = format!("/api/teams/{}", team["id"].as_str().expect("an id"));
    let seen = tag(&ada, &team).await;
    let renamed = change(&ada, Method::PATCH, &team, &seen, &json!({ "name": "Kernel" })).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    assert!(has_failed(&change(&ada, Method::DELETE, &team, &seen, &json!({})).await));
    assert_eq!(ada.get(&team).await.status, 200);
    assert_eq!(change(&ada, Method::DELETE, &team, renamed.header("etag"), &json!({})).await.status, 204);
}

async fn what_is_not_there_was_not_seen(app: &TestApp) {
    let ada = app.owner().await;
    app.person("ben@acme.test", Role::Member).await;
    let project = ada.post_json("/api/projects", &json!({ "name": "Web" })).await.json();
    let project = project["id"].as_str().expect("an id");
    let member = format!("/api/projects/{project}/members/{}", app.id_of("ben@acme.test").await);
    let put = async |seen: &str| change(&ada, Method::PUT, &member, seen, &json!({ "role": "admin" })).await;
    let never = put("*").await;
    assert!(has_failed(&never), "{} {}", never.status, never.body);
    let set = ada.put(&member, &json!({ "role": "viewer" })).await;
    assert_eq!(set.status, 200, "{}", set.body);
    assert_eq!(set.header("etag"), tag(&ada, &member).await);
    assert_eq!(put(set.header("etag")).await.status, 200);
    assert!(has_failed(&put(set.header("etag")).await));
}

async fn who_may_not_hears_that_first(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    assert_eq!(rename(&ben, "\"never\"", "Globex").await.status, 403);
    assert_eq!(rename(&app.visitor(), "\"never\"", "Globex").await.status, 401);
}

async fn what_can_not_be_read_was_not_seen(app: &TestApp) {
    let ada = app.owner().await;
    let (method, path) = ("/api/admin/access/methods/idp", "/api/admin/llm-keys/openai");
    let before = app.footprint().await;
    let key = json!({ "key": "sk-proj-first000000000000000000000000000000000001" });
    for refused in [
        change(&ada, Method::PUT, path, "\"old\"", &key).await,
        change(&ada, Method::PATCH, method, "*", &json!({ "isOn": true })).await,
        change(&ada, Method::DELETE, "/api/me/sessions", "\"old\"", &json!({})).await,
    ] {
        assert!(has_failed(&refused), "{} {}", refused.status, refused.body);
    }
    assert_eq!(app.footprint().await, before);
}

async fn whatever_is_read_and_changed_has_a_tag(app: &TestApp) {
    let ada = app.owner().await;
    let (project, user) = (default_project(app, "default").await, app.id_of("ada@acme.test").await);
    let team = app.texts("SELECT id FROM teams WHERE is_default").await.remove(0);
    ada.put(&format!("/api/projects/{project}/members/{user}"), &json!({ "role": "admin" })).await;
    let routes = table(Tenancy::Single);
    let is_changed = |path: &str| {
        routes.iter().any(|route| {
            route.path == path
                && route.operation.is_some()
                && route.method != Method::GET.as_str()
                && route.method != Method::POST.as_str()
        })
    };
    let is_one = |route: &&gatehouse::routes::Route| {
        route.operation.as_ref().is_some_and(|operation| !operation.draft.is_list())
    };
    let read = routes.iter().filter(is_one).filter(|route| route.method == Method::GET.as_str());
    let read: Vec<&str> = read.map(|route| route.path.as_str()).filter(|path| is_changed(path)).collect();
    assert!(read.len() >= 4, "{read:?}");
    for path in read {
        let path = path.replace("{project}", &project).replace("{team}", &team).replace("{user}", &user);
        if path.contains('{') {
            continue;
        }
        let tag = tag(&ada, &path).await;
        assert!(tag.len() > 2, "{path}");
        assert_eq!(read_unless(&ada, &path, &tag).await.status, 304, "{path}");
    }
}
