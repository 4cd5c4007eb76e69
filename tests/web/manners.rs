//! What every answer to a program has in common, whatever it is about.

use gatehouse::routes::table;
use gatehouse::tenancy::Tenancy;
use reqwest::Method;
use serde_json::json;

use super::support::{Answer, TestApp, Visitor, on_both_databases};

async fn accepting(person: &Visitor, method: Method, path: &str, accept: &str) -> Answer {
    let request = person.request(method, path).header("origin", &person.base);
    person.send(request.header("accept", accept)).await
}

/// Every address that programs read and that names nothing.
fn read() -> Vec<String> {
    let routes = table(Tenancy::Single).into_iter();
    let read = routes.filter(|route| route.operation.is_some() && route.method.as_str() == "GET");
    read.map(|route| route.path).filter(|path| !path.contains('{')).collect()
}

/// The parameters of an item of a structured field, by its name.
fn of<'a>(header: &'a str, name: &str) -> &'a str {
    let start = format!("\"{name}\";");
    header
        .split(", ")
        .find_map(|item| item.strip_prefix(&start))
        .unwrap_or_else(|| panic!("{name} in {header}"))
}

on_both_databases!(
    anyone_who_takes_no_json_is_told_that_there_is_nothing_else,
    no_answer_is_kept_by_a_cache,
    head_answers_as_get_does_without_a_body,
    what_is_left_of_a_limit_is_told
);

async fn anyone_who_takes_no_json_is_told_that_there_is_nothing_else(app: &TestApp) {
    let ada = app.owner().await;
    for path in read() {
        let answer = accepting(&ada, Method::GET, &path, "text/html").await;
        let is_for_projects = path.starts_with("/api/keys");
        assert!(answer.status == 406 || is_for_projects, "{path}: {} {}", answer.status, answer.body);
    }
    let answer = accepting(&ada, Method::GET, "/api/me", "text/html, application/xml").await;
    assert_eq!(answer.json()["code"], "not_acceptable");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    for accept in ["*/*", "application/*", "text/html, */*;q=0.1", "application/problem+json"] {
        assert_eq!(accepting(&ada, Method::GET, "/api/me", accept).await.status, 200, "{accept}");
    }
    assert_eq!(accepting(&app.visitor(), Method::GET, "/api/me", "text/html").await.status, 401);
    let made = ada.post_json("/api/teams", &json!({ "name": "Core" })).await.json();
    let team = format!("/api/teams/{}", made["id"].as_str().expect("an id"));
    assert_eq!(
        accepting(&ada, Method::DELETE, &team, "text/html").await.status,
        204,
        "there is nothing to take"
    );
}

async fn no_answer_is_kept_by_a_cache(app: &TestApp) {
    let ada = app.owner().await;
    let (nobody, mut answers) = (app.visitor(), Vec::new());
    for path in read() {
        for (person, method) in
            [(&ada, Method::GET), (&nobody, Method::GET), (&ada, Method::OPTIONS), (&ada, Method::TRACE)]
        {
            answers.push((path.clone(), person.send(person.request(method, &path)).await));
        }
    }
    answers.push(("made".to_owned(), ada.post_json("/api/teams", &json!({ "name": "Core" })).await));
    let team = answers.last().expect("made").1.json()["id"].as_str().expect("an id").to_owned();
    answers.push(("gone".to_owned(), ada.delete(&format!("/api/teams/{team}")).await));
    answers.push(("none".to_owned(), ada.get("/api/none").await));
    for (path, answer) in answers {
        assert_eq!(answer.header("cache-control"), "no-store", "{path}: {} {}", answer.status, answer.body);
    }
}

async fn head_answers_as_get_does_without_a_body(app: &TestApp) {
    let ada = app.owner().await;
    for path in read() {
        let (get, head) = (ada.get(&path).await, ada.send(ada.request(Method::HEAD, &path)).await);
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
        for name in ["etag", "content-type"] {
            assert_eq!(head.header(name), get.header(name), "{path}");
        }
    }
}

async fn what_is_left_of_a_limit_is_told(app: &TestApp) {
    let ada = app.owner().await;
    let sent = ada.post_json("/api/admin/invites", &json!({ "email": "sam@other.test" })).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let limits = sent.header("ratelimit");
    assert_eq!((of(limits, "invites"), of(limits, "organization")), ("r=999;t=4", "r=1999;t=2"));
    let policy = "\"invites\";q=1000;w=3600, \"organization\";q=2000;w=3600";
    assert_eq!(sent.header("ratelimit-policy"), policy);
    let wrong = ada.post_json("/api/admin/invites", &json!({ "email": "nobody" })).await;
    assert_eq!((wrong.status, wrong.header("ratelimit-policy")), (422, policy));
    let test = async || ada.post_json("/api/admin/access/methods/idp/test", &json!({})).await;
    let first = test().await;
    assert!(of(first.header("ratelimit"), "tests").starts_with("r=9;t="), "{:?}", first.headers);
    while test().await.status != 429 {}
    let refused = test().await;
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert!(of(refused.header("ratelimit"), "tests").starts_with("r=0;t="), "{:?}", refused.headers);
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(refused.header("ratelimit-policy"), "\"tests\";q=10;w=60");
    assert_eq!(
        ada.get("/api/me").await.header("ratelimit"),
        "",
        "where there is no limit there is nothing to tell"
    );
}
