//! What tools ask that keep things as they are declared: the calls of Terraform's generic REST provider, replayed. It creates,
//! reads back and compares (the plan is clean), applies once more, changes, destroys, and finds nothing.

use gatehouse::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, TestApp, Visitor, on_both_databases};

/// Something that is declared.
struct Resource {
    /// Where it is created; one that has its name from who declares it is put in its place.
    create: Option<(&'static str, Value)>,
    /// Where it is; `{id}` is what its creation says.
    at: String,
    /// By what it is changed.
    update: Method,
    declared: Value,
    changed: Value,
    /// What has to be said before it can be destroyed.
    before_destroying: Option<Value>,
}

async fn send(ada: &Visitor, method: &Method, path: &str, body: &Value) -> Answer {
    ada.send(ada.request(method.clone(), path).json(body)).await
}

/// Whether what is there is what is declared, so that a plan has nothing to do.
fn is_clean(declared: &Value, there: &Value) -> bool {
    declared.as_object().expect("fields").iter().all(|(name, value)| there[name] == *value)
}

async fn lives(app: &TestApp, ada: &Visitor, resource: &Resource) {
    let created = match &resource.create {
        Some((path, body)) => ada.post_json(path, body).await,
        None => send(ada, &resource.update, &resource.at, &resource.declared).await,
    };
    assert!(
        [200, 201, 204].contains(&created.status),
        "{}: {} {}",
        resource.at,
        created.status,
        created.body
    );
    let id = if resource.create.is_some() {
        created.json()["id"].as_str().expect("an id").to_owned()
    } else {
        String::new()
    };
    let at = resource.at.replace("{id}", &id);
    let first = ada.get(&at).await.json();
    assert!(is_clean(&resource.declared, &first), "{at} after it was created: {first}");

    let before = (app.footprint().await, app.events().await);
    let again = send(ada, &resource.update, &at, &resource.declared).await;
    assert!([200, 204].contains(&again.status), "{at} applied again: {} {}", again.status, again.body);
    assert_eq!((app.footprint().await, app.events().await), before, "{at} applied again changes nothing");
    assert_eq!(ada.get(&at).await.json()["id"], first["id"], "{at} keeps its id");

    assert!(send(ada, &resource.update, &at, &resource.changed).await.status < 300);
    let changed = ada.get(&at).await.json();
    assert!(is_clean(&resource.changed, &changed), "{at} after it was changed: {changed}");

    if let Some(body) = &resource.before_destroying {
        assert_eq!(send(ada, &resource.update, &at, body).await.status, 200);
    }
    assert_eq!(ada.delete(&at).await.status, 204, "{at} is destroyed");
    assert_eq!(ada.get(&at).await.status, 404, "{at} is gone");
    assert_eq!(ada.delete(&at).await.status, 404, "{at} is destroyed once");
}

on_both_databases!(
    what_is_declared_is_there_stays_so_and_goes,
    a_key_that_is_applied_again_is_not_replaced_by_itself,
    settings_are_as_they_are_declared
);

async fn what_is_declared_is_there_stays_so_and_goes(app: &TestApp) {
    let ada = app.owner().await;
    app.enroll("ben@acme.test", "default", Role::Member).await;
    let ben = app.id_of("ben@acme.test").await;
    let search = ada.post_json("/api/projects", &json!({ "name": "Search" })).await.json();
    let search = search["id"].as_str().expect("an id");
    let team = Resource {
        create: Some(("/api/teams", json!({ "name": "Research" }))),
        at: "/api/teams/{id}".to_owned(),
        update: Method::PATCH,
        declared: json!({ "name": "Research" }),
        changed: json!({ "name": "Research and more" }),
        before_destroying: None,
    };
    let project = Resource {
        create: Some(("/api/projects", json!({ "name": "Chat" }))),
        at: "/api/projects/{id}".to_owned(),
        declared: json!({ "name": "Chat" }),
        changed: json!({ "name": "Chat and more" }),
        before_destroying: Some(json!({ "archived": true })),
        update: Method::PATCH,
    };
    let membership = Resource {
        create: None,
        at: format!("/api/projects/{search}/members/{ben}"),
        update: Method::PUT,
        declared: json!({ "role": "viewer" }),
        changed: json!({ "role": "admin" }),
        before_destroying: None,
    };
    for resource in [team, project, membership] {
        lives(app, &ada, &resource).await;
    }
}

async fn a_key_that_is_applied_again_is_not_replaced_by_itself(app: &TestApp) {
    let ada = app.owner().await;
    let at = "/api/admin/llm-keys/openai";
    let declared = json!({ "key": "sk-proj-first000000000000000000000000000000000001" });
    assert_eq!(ada.put(at, &declared).await.status, 200);
    let before = (app.footprint().await, app.events().await);
    let again = ada.put(at, &declared).await;
    assert_eq!((again.status, &again.json()["hasPrevious"]), (200, &json!(false)), "{}", again.body);
    assert_eq!((app.footprint().await, app.events().await), before);
    let other = json!({ "key": "sk-proj-second00000000000000000000000000000000002" });
    assert_eq!(ada.put(at, &other).await.json()["hasPrevious"], true);
    assert_eq!(ada.put(at, &other).await.json()["hasPrevious"], true, "the one before stays");
}

async fn settings_are_as_they_are_declared(app: &TestApp) {
    let ada = app.owner().await;
    let declared = json!({ "name": "Acme", "allowedEmailDomains": ["acme.test"], "domainGatingEnabled": true, "tokenMaxDays": 90 });
    for again in [false, true] {
        let before = (app.footprint().await, app.events().await);
        let applied = ada.patch("/api/admin/settings", &declared).await;
        assert_eq!(applied.status, 200, "{}", applied.body);
        let there = ada.get("/api/admin/settings").await.json();
        assert!(is_clean(&declared, &there), "{there}");
        assert_eq!((app.footprint().await, app.events().await) == before, again);
    }
}
