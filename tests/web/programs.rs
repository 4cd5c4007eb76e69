//! What pages do, done by programs (rule 10.5): lists that are read to their end, exports that go on where they broke off,
//! many people at once, sessions and sign-in methods.

use std::collections::BTreeSet;

use gatehouse::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, Identity, TestApp, Visitor, on_both_databases};

/// The documents of an answer, one on each line.
fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/x-ndjson"),
        "{}",
        answer.body
    );
    answer.body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The values of a field, in their order.
fn each<'a>(items: &'a [Value], field: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[field].as_str().expect("text")).collect()
}

async fn id_of(admin: &Visitor, email: &str) -> String {
    let found = admin.get(&format!("/api/admin/users?q={email}")).await.json();
    found["items"][0]["id"].as_str().expect("an id").to_owned()
}

on_both_databases!(
    the_log_is_read_by_programs_as_the_page_filters_it,
    an_export_goes_on_from_the_last_line_that_came,
    someone_who_asks_for_the_head_of_an_export_takes_nothing_along,
    many_people_are_changed_at_once_and_the_others_are_named,
    all_whom_a_filter_means_are_changed_at_once,
    many_are_invited_at_once_or_none_if_one_is_no_address,
    sessions_are_listed_and_ended,
    an_account_at_a_provider_says_why_it_stays,
    one_leaves_and_deletes_the_account,
    sign_in_methods_are_listed_switched_and_tested,
    who_was_turned_away_is_listed,
    people_of_teams_and_projects_are_read_to_the_end,
    a_test_mail_needs_mail_to_be_set_up,
    a_former_key_is_erased_and_a_project_s_key_is_what_a_page_makes_of_it
);

async fn the_log_is_read_by_programs_as_the_page_filters_it(app: &TestApp) {
    let ada = app.owner().await;
    for name in ["One", "Two", "Three"] {
        assert_eq!(
            ada.patch("/api/admin/settings", &json!({ "name": format!("Acme {name}") })).await.status,
            200
        );
    }
    let path = "/api/admin/audit?what=organization.settings_changed";
    let first = ada.get(&format!("{path}&limit=2")).await.json();
    let place = first["nextCursor"].as_str().expect("there is more");
    let rest = ada.get(&format!("{path}&limit=2&cursor={place}")).await.json();
    let mut events = first["items"].as_array().expect("a list").clone();
    events.extend(rest["items"].as_array().expect("a list").iter().cloned());
    assert_eq!(each(&events, "target"), ["Acme Three", "Acme Two", "Acme One"], "newest first");
    assert_eq!(rest["nextCursor"], Value::Null);
    let event = &events[0];
    assert_eq!(event["before"]["name"], "Acme Two");
    let one = ada.get(&format!("/api/admin/audit/{}", event["id"].as_str().expect("an id"))).await;
    assert_eq!(&one.json(), event);
    for (query, field) in [("what=nonsense", "what"), ("limit=0", "limit"), ("from=yesterday", "from")] {
        let refused = ada.get(&format!("/api/admin/audit?{query}")).await;
        assert!(refused.status == 422 && refused.json()["errors"][field][0].is_string(), "{}", refused.body);
    }
    let ben = app.person("ben@acme.test", Role::Member).await;
    assert_eq!(ben.get("/api/admin/audit").await.status, 403);
    assert_eq!(ada.get("/api/admin/audit/none").await.status, 404);
}

async fn an_export_goes_on_from_the_last_line_that_came(app: &TestApp) {
    let ada = app.owner().await;
    for n in 0..230 {
        app.enroll(&format!("p{n:03}@acme.test"), "default", Role::Member).await;
    }
    let emails: Vec<String> = (0..3).map(|n| format!("new{n}@other.test")).collect();
    let invited = ada.post_json("/api/admin/invites/bulk", &json!({ "emails": emails })).await;
    assert_eq!(
        each(invited.json()["items"].as_array().expect("a list"), "outcome"),
        ["invited"; 3],
        "{}",
        invited.body
    );
    for (path, known_by, count) in [
        ("/api/admin/users/export?sort=joined", "email", 231),
        ("/api/admin/invites/export?status=pending", "email", 3),
        ("/api/admin/audit/export?what=invites.sent", "id", 1),
    ] {
        let whole = lines(&ada.get(path).await);
        let all = each(&whole, known_by);
        assert_eq!(
            (all.len(), all.iter().collect::<BTreeSet<_>>().len()),
            (count, count),
            "{path}: each once"
        );
        let cut = count / 2;
        let place = whole[cut]["cursor"].as_str().expect("a place");
        let rest = lines(&ada.get(&format!("{path}&cursor={place}")).await);
        assert_eq!(each(&rest, known_by), all[cut + 1..], "{path}");
    }
    let new = json!({ "name": "backup", "scopes": ["admin:write"] });
    let token =
        ada.post_json("/api/me/tokens", &new).await.json()["token"].as_str().expect("a token").to_owned();
    let by_token = ada.request(Method::GET, "/api/admin/users/export?role=owner").bearer_auth(token);
    assert_eq!(each(&lines(&app.visitor().send(by_token).await), "email"), ["ada@acme.test"]);
    let exported = app.events().await.into_iter().filter(|event| event.contains(".exported "));
    let exported: Vec<String> = exported.collect();
    let twice =
        |what| [format!("{what}.exported done jsonl"), format!("{what}.exported done jsonl (continued)")];
    let by_token = ["users.exported done jsonl".to_owned()];
    assert_eq!(exported, [&twice("users")[..], &twice("invites"), &twice("audit"), &by_token].concat());
    let asked = "SELECT CAST(after AS TEXT) FROM events WHERE action = 'invites.exported' ORDER BY number";
    let asked: Vec<Value> =
        app.texts(asked).await.iter().map(|asked| serde_json::from_str(asked).expect("JSON")).collect();
    assert_eq!(asked, [json!({ "status": "pending" }), json!({ "status": "pending", "continued": true })]);
    assert_eq!(ada.get("/api/admin/users/export?cursor=made-up").await.status, 422);
    let ben = app.person("ben@acme.test", Role::Member).await;
    for what in ["users", "invites", "audit"] {
        assert_eq!(ben.get(&format!("/api/admin/{what}/export")).await.status, 403);
    }
}

async fn someone_who_asks_for_the_head_of_an_export_takes_nothing_along(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    let head = async |person: &Visitor, path: &str| person.send(person.request(Method::HEAD, path)).await;
    let exports =
        |events: Vec<String>| events.into_iter().filter(|event| event.contains(".exported ")).count();
    for (count, path) in [
        "/api/admin/users/export?sort=joined",
        "/api/admin/invites/export?status=pending",
        "/api/admin/audit/export?what=invites",
        "/settings/admin/users/export?format=csv",
        "/settings/admin/audit/export?format=jsonl",
    ]
    .into_iter()
    .enumerate()
    {
        let asked = head(&ada, path).await;
        assert_eq!((asked.status, asked.body.as_str()), (200, ""), "{path}");
        assert_eq!(exports(app.events().await), count, "{path}");
        let whole = ada.get(path).await;
        for name in ["content-type", "content-disposition", "cache-control"] {
            assert_eq!(asked.header(name), whole.header(name), "{path}");
        }
        assert_eq!(exports(app.events().await), count + 1, "{path}");
        assert_eq!(head(&ben, path).await.status, 403, "{path}");
        assert_eq!(head(&ada, &format!("{path}&cursor=made-up")).await.status, 422, "{path}");
    }
}

async fn many_people_are_changed_at_once_and_the_others_are_named(app: &TestApp) {
    let ada = app.owner().await;
    for email in ["ben@acme.test", "sam@acme.test"] {
        app.enroll(email, "default", Role::Member).await;
    }
    let (me, ben, sam) = (
        id_of(&ada, "ada@acme.test").await,
        id_of(&ada, "ben@acme.test").await,
        id_of(&ada, "sam@acme.test").await,
    );
    let bulk = async |body: Value| ada.post_json("/api/admin/users/bulk", &body).await;
    let made = bulk(json!({ "action": "admin", "users": [me, ben, sam] })).await;
    assert_eq!((made.status, &made.json()["changed"]), (200, &json!(2)), "{}", made.body);
    assert_eq!(
        made.json()["skipped"],
        json!([{ "id": me, "name": "Ada Lovelace", "reason": "That’s you." }])
    );
    assert_eq!(made.json()["hasMore"], false);
    let show = async |id: &str| ada.get(&format!("/api/admin/users/{id}")).await.json();
    assert_eq!(show(&ben).await["role"], "admin");
    let off = bulk(json!({ "action": "deactivate", "users": [sam] })).await.json();
    assert_eq!((&off["changed"], &show(&sam).await["status"]), (&json!(1), &json!("deactivated")));
    let before = app.footprint().await;
    for (body, field) in [
        (json!({ "action": "dance", "users": [ben] }), "action"),
        (json!({ "action": "member", "users": [] }), "users"),
        (json!({ "action": "member", "users": vec![ben.as_str(); 1001] }), "users"),
        (json!({ "action": "member", "users": ["not an id"] }), "users[0]"),
        (json!({ "action": "member" }), "users"),
    ] {
        let refused = bulk(body).await;
        assert!(
            refused.status == 422 && refused.json()["errors"][field][0].is_string(),
            "{field}: {}",
            refused.body
        );
    }
    assert_eq!(app.footprint().await, before);
    app.forget_sign_ins().await;
    let raised = bulk(json!({ "action": "owner", "users": [ben] })).await;
    assert_eq!((raised.status, &raised.json()["code"]), (403, &json!("fresh_sign_in_required")));
}

async fn all_whom_a_filter_means_are_changed_at_once(app: &TestApp) {
    let ada = app.owner().await;
    for email in ["ben@acme.test", "sam@acme.test", "kim@other.test"] {
        app.enroll(email, "default", Role::Member).await;
    }
    let bulk = async |body: Value| ada.post_json("/api/admin/users/bulk", &body).await;
    let roles = async || app.texts("SELECT email || ' ' || role FROM memberships ORDER BY email").await;
    let made = bulk(json!({ "action": "admin", "filter": { "q": "acme.test", "role": "member" } })).await;
    assert_eq!(made.json(), json!({ "changed": 2, "skipped": [], "hasMore": false }), "{}", made.body);
    assert_eq!(
        roles().await,
        ["ada@acme.test owner", "ben@acme.test admin", "kim@other.test member", "sam@acme.test admin"]
    );
    assert_eq!(app.events().await.iter().filter(|event| event.starts_with("users.role_changed")).count(), 1);
    app.run("UPDATE memberships SET last_seen_at = 9000000000000 WHERE email <> 'kim@other.test'", []).await;
    let away = bulk(json!({ "action": "deactivate", "filter": { "unseen": 90, "status": "active" } })).await;
    assert_eq!(away.json()["changed"], 1, "{}", away.body);
    let before = (app.footprint().await, roles().await);
    for (filter, field) in [
        (json!({}), "filter"),
        (json!({ "q": " " }), "filter"),
        (json!({ "role": "king" }), "filter.role"),
        (json!({ "status": "asleep" }), "filter.status"),
        (json!({ "unseen": 0 }), "filter.unseen"),
        (json!({ "name": "Ben" }), "name"),
    ] {
        let refused = bulk(json!({ "action": "deactivate", "filter": filter })).await;
        assert!(
            refused.status == 422 && refused.json()["errors"][field][0].is_string(),
            "{field}: {}",
            refused.body
        );
    }
    let me = id_of(&ada, "ada@acme.test").await;
    let both = bulk(json!({ "action": "member", "users": [me], "filter": { "role": "admin" } })).await;
    assert!(both.status == 422 && both.json()["errors"]["filter"][0].is_string(), "{}", both.body);
    assert_eq!((app.footprint().await, roles().await), before);
    let none = bulk(json!({ "action": "member", "filter": { "q": "nobody" } })).await;
    assert_eq!(none.json(), json!({ "changed": 0, "skipped": [], "hasMore": false }));
}

async fn many_are_invited_at_once_or_none_if_one_is_no_address(app: &TestApp) {
    let ada = app.owner().await;
    let invite = async |body: Value| ada.post_json("/api/admin/invites/bulk", &body).await;
    let before = app.footprint().await;
    let refused = invite(json!({ "emails": ["sam@other.test", "nobody", "x@"] })).await;
    let errors = refused.json()["errors"].clone();
    let named: Vec<&str> = errors.as_object().expect("errors").keys().map(String::as_str).collect();
    assert_eq!((refused.status, named), (422, vec!["emails[1]", "emails[2]"]), "{}", refused.body);
    for (body, field) in [
        (json!({ "emails": [] }), "emails"),
        (json!({ "emails": vec!["a@b.test"; 501] }), "emails"),
        (json!({ "emails": ["sam@other.test"], "role": "king" }), "role"),
    ] {
        assert!(invite(body).await.json()["errors"][field][0].is_string(), "{field}");
    }
    assert_eq!(app.footprint().await, before, "no one was invited");
    let body = json!({ "emails": ["sam@other.test", "SAM@other.test", "ada@acme.test"], "role": "admin" });
    let sent = invite(body).await.json();
    let items = sent["items"].as_array().expect("a list");
    assert_eq!(each(items, "email"), ["sam@other.test", "ada@acme.test"]);
    assert_eq!(each(items, "outcome"), ["invited", "member"]);
    let one = items[0]["inviteId"].as_str().expect("an invite");
    let shown = ada.get(&format!("/api/admin/invites/{one}")).await.json();
    assert_eq!((&shown["email"], &shown["role"]), (&json!("sam@other.test"), &json!("admin")));
    assert_eq!(ada.get("/api/admin/invites/none").await.status, 404);
}

async fn sessions_are_listed_and_ended(app: &TestApp) {
    let ada = app.owner().await;
    let phone = app.owner().await;
    let sessions = ada.get("/api/me/sessions").await.json();
    let sessions = sessions["items"].as_array().expect("a list").clone();
    let current: Vec<bool> = sessions.iter().filter_map(|session| session["isCurrent"].as_bool()).collect();
    assert_eq!(current.iter().filter(|current| **current).count(), 1, "{sessions:?}");
    let other = sessions.iter().find(|session| session["isCurrent"] == false).expect("the phone");
    let path = format!("/api/me/sessions/{}", other["id"].as_str().expect("an id"));
    assert_eq!(ada.delete(&path).await.status, 204);
    assert!(!phone.is_signed_in().await && ada.is_signed_in().await);
    assert_eq!(ada.delete(&path).await.status, 404, "it is over");
    let phone = app.owner().await;
    assert_eq!(ada.delete("/api/me/sessions").await.status, 204);
    assert!(!phone.is_signed_in().await && ada.is_signed_in().await);
    let ben = app.person("ben@acme.test", Role::Member).await;
    let bens = format!("/api/admin/users/{}/sessions", id_of(&ada, "ben@acme.test").await);
    let listed = ada.get(&bens).await.json();
    let session = listed["items"][0]["id"].as_str().expect("a session").to_owned();
    assert_eq!(listed["items"][0]["isCurrent"], false);
    assert_eq!(ada.delete(&format!("/api/me/sessions/{session}")).await.status, 404, "it is Ben's");
    assert_eq!(ada.delete(&format!("{bens}/{session}")).await.status, 204);
    assert!(!ben.is_signed_in().await);
    let back = ben.sign_in(&app.provider, &Identity::new("ben@acme.test", "Ben")).await;
    assert_eq!(back.status, 303, "{}", back.body);
    assert!(ben.is_signed_in().await);
    assert_eq!(ada.delete(&bens).await.status, 204);
    assert!(!ben.is_signed_in().await);
    let current = sessions.iter().find(|session| session["isCurrent"] == true).expect("her own");
    let own = format!("/api/me/sessions/{}", current["id"].as_str().expect("an id"));
    assert_eq!(ada.delete(&own).await.status, 204);
    assert!(!ada.is_signed_in().await, "she has signed out");
}

async fn an_account_at_a_provider_says_why_it_stays(app: &TestApp) {
    let ada = app.owner().await;
    let own = ada.get("/api/me/identities").await.json();
    assert_eq!(own["items"][0]["email"], "ada@acme.test");
    assert_eq!(own["items"][0]["whyConnected"], "Without it, you couldn’t sign in.");
    let path = format!("/api/me/identities/{}", own["items"][0]["id"].as_str().expect("an id"));
    let stays = ada.delete(&path).await;
    assert_eq!((stays.status, &stays.json()["code"]), (409, &json!("last_sign_in_method")));
    app.forget_sign_ins().await;
    for path in [path.as_str(), "/api/me"] {
        let asked = ada.delete(path).await;
        assert_eq!((asked.status, &asked.json()["code"]), (403, &json!("fresh_sign_in_required")), "{path}");
    }
    assert!(ada.is_signed_in().await);
}

async fn one_leaves_and_deletes_the_account(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    for path in ["/api/org/membership", "/api/me"] {
        let kept = ada.delete(path).await;
        assert_eq!((kept.status, &kept.json()["code"]), (409, &json!("last_owner")), "{path}");
    }
    assert_eq!(ben.delete("/api/org/membership").await.status, 204);
    assert_eq!(ben.get("/api/org").await.status, 403, "he is no member");
    assert_eq!(ben.delete("/api/me").await.status, 204);
    assert_eq!(app.count("SELECT count(*) FROM users WHERE email = 'ben@acme.test'").await, 0);
}

async fn sign_in_methods_are_listed_switched_and_tested(app: &TestApp) {
    let ada = app.owner().await;
    let listed = ada.get("/api/admin/access/methods").await.json();
    let method = &listed["items"][0];
    assert_eq!((&method["provider"], &method["isOn"]), (&json!("idp"), &json!(true)));
    assert!(method["callbackUrl"].as_str().is_some_and(|url| url.ends_with("/auth/idp/callback")));
    let path = "/api/admin/access/methods/idp";
    let kept = ada.patch(path, &json!({ "isOn": false })).await;
    assert_eq!((kept.status, &kept.json()["code"]), (409, &json!("last_sign_in_method")));
    assert_eq!(&ada.patch(path, &json!({ "isOn": true })).await.json(), method, "it was on");
    let tested = ada.post_json(&format!("{path}/test"), &json!({})).await.json();
    assert_eq!(tested["isGood"], true, "{tested}");
    assert!(tested["findings"][0]["sentence"].is_string());
    for none in ["/api/admin/access/methods/none", "/api/admin/access/methods/none/test"] {
        let answer = if none.ends_with("test") {
            ada.post_json(none, &json!({})).await
        } else {
            ada.patch(none, &json!({ "isOn": true })).await
        };
        assert_eq!(answer.status, 404, "{none}");
    }
}

async fn who_was_turned_away_is_listed(app: &TestApp) {
    let ada = app.owner().await;
    let stranger = Identity::new("eve@elsewhere.test", "Eve");
    assert_eq!(app.visitor().sign_in(&app.provider, &stranger).await.status, 403);
    let denied = ada.get("/api/admin/access/denials").await.json();
    let line = &denied["items"][0];
    assert_eq!(
        (&line["email"], &line["provider"], &line["times"]),
        (&json!("eve@elsewhere.test"), &json!("idp"), &json!(1))
    );
    assert!(line["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{line}");
}

async fn people_of_teams_and_projects_are_read_to_the_end(app: &TestApp) {
    let ada = app.owner().await;
    let team = ada.post_json("/api/teams", &json!({ "name": "Research" })).await.json();
    let project = ada.post_json("/api/projects", &json!({ "name": "Search" })).await.json();
    let of_team = format!("/api/teams/{}/members", team["id"].as_str().expect("an id"));
    let of_project = format!("/api/projects/{}/members", project["id"].as_str().expect("an id"));
    let mut everyone = BTreeSet::new();
    for n in 0..5 {
        let email = format!("p{n}@acme.test");
        app.enroll(&email, "default", Role::Member).await;
        let id = id_of(&ada, &email).await;
        assert_eq!(ada.put(&format!("{of_team}/{id}"), &json!({})).await.status, 204);
        let role = if n == 0 { "admin" } else { "viewer" };
        assert_eq!(ada.put(&format!("{of_project}/{id}"), &json!({ "role": role })).await.status, 200);
        everyone.insert(email);
    }
    for path in [&of_team, &of_project] {
        let (mut found, mut place) = (BTreeSet::new(), String::new());
        for part in 0..3 {
            let page = ada.get(&format!("{path}?limit=2{place}")).await.json();
            let items = page["items"].as_array().expect("a list").clone();
            found.extend(each(&items, "email").into_iter().map(str::to_owned));
            match page["nextCursor"].as_str() {
                Some(next) => place = format!("&cursor={next}"),
                None => assert_eq!(part, 2, "three parts"),
            }
        }
        assert!(everyone.is_subset(&found), "{path}: {found:?}");
        assert_eq!(ada.get(&format!("{path}?cursor=made-up")).await.status, 422);
    }
}

async fn a_test_mail_needs_mail_to_be_set_up(app: &TestApp) {
    let ada = app.owner().await;
    let sent = ada.post_json("/api/admin/invites/test-mail", &json!({})).await;
    assert_eq!((sent.status, &sent.json()["detail"]), (409, &json!("Email isn’t set up.")), "{}", sent.body);
}

async fn a_former_key_is_erased_and_a_project_s_key_is_what_a_page_makes_of_it(app: &TestApp) {
    let ada = app.owner().await;
    let project = ada.post_json("/api/projects", &json!({ "name": "Search" })).await.json();
    let of_project = format!("/api/projects/{}/llm-keys", project["id"].as_str().expect("an id"));
    for keys in ["/api/admin/llm-keys", of_project.as_str()] {
        let of = format!("{keys}/openai");
        for key in [
            "sk-proj-first000000000000000000000000000000000001",
            "sk-proj-second00000000000000000000000000000000002",
        ] {
            let set = ada.put(&of, &json!({ "key": key })).await;
            assert_eq!(set.status, 200, "{}", set.body);
        }
        let act = async |what: &str| ada.post_json(&format!("{of}/{what}"), &json!({})).await.status;
        assert_eq!(act("reversion").await, 200);
        assert_eq!(ada.delete(&format!("{of}/previous")).await.status, 204);
        assert_eq!(ada.delete(&format!("{of}/previous")).await.status, 404, "it is gone");
        assert_eq!(act("reversion").await, 409, "nothing to go back to");
        assert_eq!(ada.delete(&of).await.status, 204);
        assert_eq!(act("restoration").await, 200);
    }
}
