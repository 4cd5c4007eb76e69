//! What is sent twice with one idempotency key is done once, and what is another request is not taken for it.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, TestApp, Visitor, field, on_both_databases};
use super::tokens::default_project;
use gatehouse::authority::kept_answers;
use gatehouse::role::Role;

async fn invite(admin: &Visitor, key: &str, email: &str) -> Answer {
    let request = admin.request(Method::POST, "/api/admin/invites").header("origin", &admin.base);
    let body = json!({ "email": email, "role": "member" });
    admin.send(request.header("idempotency-key", key).json(&body)).await
}

/// A POST of somebody's with a key.
async fn post(person: &Visitor, path: &str, key: &str, body: &Value) -> Answer {
    let request = person.request(Method::POST, path).header("origin", &person.base);
    person.send(request.header("idempotency-key", key).json(body)).await
}

fn code(answer: &Answer) -> String {
    answer.json()["code"].as_str().unwrap_or_default().to_owned()
}

fn is_replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == "true"
}

async fn projects(app: &TestApp) -> i64 {
    app.count("SELECT count(*) FROM projects WHERE name = 'Web'").await
}

async fn invites(app: &TestApp) -> [i64; 3] {
    let events = "SELECT count(*) FROM events WHERE action = 'invites.sent'";
    let mut counts = [0; 3];
    for (count, sql) in
        counts.iter_mut().zip(["SELECT count(*) FROM invites", "SELECT count(*) FROM outbox", events])
    {
        *count = app.count(sql).await;
    }
    counts
}

on_both_databases!(
    a_program_that_sends_the_same_again_has_the_same_answer,
    a_key_that_comes_with_another_request_is_refused,
    a_key_belongs_to_the_person_who_sends_it_and_to_posts_alone,
    a_key_that_is_none_is_refused,
    what_is_shown_once_is_not_in_a_repeated_answer_nor_kept,
    what_was_wrong_can_be_sent_right_with_the_same_key,
    fifty_at_once_on_two_instances_are_one,
    after_a_day_a_key_is_new,
    anyone_who_comes_while_the_first_is_under_way_is_told_to_wait,
    an_instance_that_dies_before_it_is_done_leaves_the_key_free,
    answers_are_kept_as_long_as_the_person_who_asked_is_there,
    what_was_refused_was_not_done,
    ten_at_once_are_one,
    of_one_person_no_more_answers_are_kept_than_there_is_room_for,
    who_has_lost_the_right_has_no_answer_of_before,
    a_form_that_is_sent_again_leads_to_a_page_that_says_so
);

async fn a_program_that_sends_the_same_again_has_the_same_answer(app: &TestApp) {
    let ada = app.owner().await;
    let first = invite(&ada, "one", "sam@other.test").await;
    assert!(first.status == 201 && !is_replayed(&first), "{}", first.body);
    let before = invites(app).await;
    let again = invite(&ada, "one", "sam@other.test").await;
    assert!(again.status == 201 && is_replayed(&again), "{}", again.body);
    assert_eq!(again.body, first.body);
    assert_eq!(
        (again.header("content-type"), again.header("cache-control")),
        ("application/json", "no-store")
    );
    assert_eq!(invites(app).await, before);
}

async fn a_key_that_comes_with_another_request_is_refused(app: &TestApp) {
    let ada = app.owner().await;
    invite(&ada, "one", "sam@other.test").await;
    let before = invites(app).await;
    for (path, body) in [
        ("/api/admin/invites", json!({ "email": "zoe@other.test", "role": "member" })),
        ("/api/admin/invites?a=b", json!({ "email": "sam@other.test", "role": "member" })),
        ("/api/teams", json!({ "email": "sam@other.test", "role": "member" })),
    ] {
        let other = post(&ada, path, "one", &body).await;
        assert_eq!((other.status, code(&other).as_str()), (422, "idempotency_key_reused"), "{path}");
    }
    assert_eq!(invites(app).await, before);
}

async fn a_key_belongs_to_the_person_who_sends_it_and_to_posts_alone(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    invite(&ada, "one", "sam@other.test").await;
    let of_ben = invite(&ben, "one", "eve@other.test").await;
    assert!(of_ben.status == 201 && !is_replayed(&of_ben), "{}", of_ben.body);
    let rename = ada.request(Method::PATCH, "/api/admin/settings").header("origin", &ada.base);
    let rename = ada.send(rename.header("idempotency-key", "one").json(&json!({ "openSignUp": true }))).await;
    assert!(rename.status == 200 && !is_replayed(&rename), "{}", rename.body);
    let read = ada.request(Method::GET, "/api/admin/invites").header("idempotency-key", "one");
    for _ in 0..2 {
        let list = ada.send(read.try_clone().expect("a request")).await;
        assert_eq!(list.json()["items"].as_array().map(Vec::len), Some(2), "{}", list.body);
    }
}

async fn a_key_that_is_none_is_refused(app: &TestApp) {
    let ada = app.owner().await;
    for key in [String::new(), "x".repeat(256)] {
        let answer = invite(&ada, &key, "sam@other.test").await;
        assert_eq!((answer.status, code(&answer).as_str()), (400, "malformed"), "{key}");
    }
    let two = ada.request(Method::POST, "/api/teams").header("origin", &ada.base);
    let two = two
        .header("idempotency-key", "one")
        .header("idempotency-key", "two")
        .json(&json!({ "name": "Core" }));
    assert_eq!(ada.send(two).await.status, 400);
    assert_eq!(invites(app).await[0], 0);
    assert_eq!(invite(&ada, &"x".repeat(255), "sam@other.test").await.status, 201);
}

async fn what_is_shown_once_is_not_in_a_repeated_answer_nor_kept(app: &TestApp) {
    let ada = app.owner().await;
    let path = format!("/api/projects/{}/tokens", default_project(app, "default").await);
    let mut first = post(&ada, &path, "one", &json!({ "name": "deploy" })).await.json();
    let token = first.as_object_mut().expect("a document").remove("token").expect("a token");
    let again = post(&ada, &path, "one", &json!({ "name": "deploy" })).await;
    assert!(again.status == 201 && is_replayed(&again), "{}", again.body);
    assert_eq!(again.json(), first);
    let kept = app.dump("kept_answers").await.concat();
    assert!(kept.contains("deploy") && !kept.contains(token.as_str().expect("a text")), "{kept}");
}

async fn what_was_wrong_can_be_sent_right_with_the_same_key(app: &TestApp) {
    let ada = app.owner().await;
    assert_eq!(invite(&ada, "one", "nobody").await.status, 422);
    assert_eq!(invite(&ada, "one", "sam@other.test").await.status, 201);
}

async fn fifty_at_once_on_two_instances_are_one(app: &TestApp) {
    let ada = app.owner().await;
    let (other, second) = app.second_instance().await;
    let path = format!("/api/projects/{}/tokens", default_project(app, "default").await);
    let there = [ada.clone(), ada.at(&other)];
    let body = json!({ "name": "deploy" });
    let requests = (0..50).map(|n| post(&there[n % 2], &path, "one", &body));
    let requests: Vec<_> = requests.map(Box::pin).collect();
    let answers = futures_util::future::join_all(requests).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [201; 50]);
    let mut bodies: Vec<Value> = answers.iter().map(Answer::json).collect();
    let tokens =
        bodies.iter_mut().filter_map(|body| body.as_object_mut().expect("a document").remove("token"));
    assert_eq!(tokens.count(), 1);
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert_eq!(answers.iter().filter(|answer| is_replayed(answer)).count(), 49);
    assert_eq!(app.rows_in("tokens").await, 1);
    second.stop(false).await;
}

async fn after_a_day_a_key_is_new(app: &TestApp) {
    let ada = app.owner().await;
    let body = json!({ "name": "Web" });
    for (hours, are_there) in [(0, 1), (23, 1), (2, 2)] {
        app.skip(chrono::Duration::hours(hours));
        assert_eq!(post(&ada, "/api/projects", "one", &body).await.status, 201);
        assert_eq!(projects(app).await, are_there);
    }
    kept_answers::forget_old(&app.services).await.expect("forgotten");
    assert_eq!(app.rows_in("kept_answers").await, 1);
    app.skip(chrono::Duration::hours(24));
    kept_answers::forget_old(&app.services).await.expect("forgotten");
    assert_eq!(app.rows_in("kept_answers").await, 0);
}

async fn anyone_who_comes_while_the_first_is_under_way_is_told_to_wait(app: &TestApp) {
    let ada = app.owner().await;
    let body = json!({ "name": "Web" });
    post(&ada, "/api/projects", "one", &body).await;
    let later = chrono::Utc::now().timestamp_millis() + 50_000;
    app.run("UPDATE kept_answers SET status = NULL, body = NULL, leased_until = $1", [later.into()]).await;
    let busy = post(&ada, "/api/projects", "one", &body).await;
    assert_eq!((busy.status, code(&busy).as_str()), (409, "idempotency_key_in_use"));
    assert_eq!(busy.header("retry-after"), "1");
    // Its instance has died, after it was done.
    app.skip(chrono::Duration::minutes(1));
    for _ in 0..2 {
        let done = post(&ada, "/api/projects", "one", &body).await;
        assert_eq!((done.status, code(&done).as_str()), (409, "already_done"));
    }
    assert_eq!(projects(app).await, 1);
}

async fn an_instance_that_dies_before_it_is_done_leaves_the_key_free(app: &TestApp) {
    let ada = app.owner().await;
    let body = json!({ "name": "Web" });
    post(&ada, "/api/projects", "one", &body).await;
    app.run("UPDATE kept_answers SET status = NULL, body = NULL, leased_until = 0, witness = 'another'", [])
        .await;
    let done = post(&ada, "/api/projects", "one", &body).await;
    assert!(done.status == 201 && !is_replayed(&done), "{}", done.body);
    assert!(is_replayed(&post(&ada, "/api/projects", "one", &body).await));
    assert_eq!(projects(app).await, 2);
}

async fn answers_are_kept_as_long_as_the_person_who_asked_is_there(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    invite(&ben, "one", "sam@other.test").await;
    assert_eq!(app.texts("SELECT organization_id FROM kept_answers").await, ["default"]);
    app.remove_member("ben@acme.test").await;
    app.run("DELETE FROM users WHERE email = $1", ["ben@acme.test".into()]).await;
    assert_eq!(app.rows_in("kept_answers").await, 0);
}

async fn what_was_refused_was_not_done(app: &TestApp) {
    let ada = app.owner().await;
    app.run("UPDATE memberships SET role = 'member'", []).await;
    assert_eq!(invite(&ada, "one", "sam@other.test").await.status, 403);
    app.run("UPDATE memberships SET role = 'owner'", []).await;
    assert_eq!(invite(&ada, "one", "sam@other.test").await.status, 201);
}

async fn ten_at_once_are_one(app: &TestApp) {
    let ada = app.owner().await;
    let answers =
        futures_util::future::join_all((0..10).map(|_| invite(&ada, "one", "sam@other.test"))).await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.body == answers[0].body));
    let invites = invites(app).await;
    assert_eq!((invites[0], invites[2]), (1, 1));
}

async fn of_one_person_no_more_answers_are_kept_than_there_is_room_for(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let (path, body) = ("/api/admin/access/simulation", json!({ "email": "sam@other.test" }));
    assert_eq!(post(&ada, path, "one", &body).await.status, 200);
    let room = 10;
    let in_an_hour = chrono::Utc::now().timestamp_millis() + 3_600_000;
    app.run(
        "INSERT INTO kept_answers (id, user_id, asked, witness, leased_until, expires_at, status)
             SELECT CAST(n AS TEXT), users.id, '', '', 0, CAST($1 AS BIGINT), 200
             FROM (WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < CAST($2 AS BIGINT))
                   SELECT n FROM numbers) AS numbers
             CROSS JOIN users WHERE email = 'ada@acme.test'",
        [in_an_hour.into(), (i64::try_from(kept_answers::MOST).expect("a number") - 1 - room).into()],
    )
    .await;
    let keys: Vec<String> = (0..50).map(|n| format!("key {n}")).collect();
    let requests = keys.iter().map(|key| Box::pin(post(&ada, path, key, &body)));
    let answers = futures_util::future::join_all(requests).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    // At most as many get past as connections write at once.
    assert!((10..=16).contains(&done.len()), "{} got through", done.len());
    for answer in refused {
        assert_eq!((answer.status, code(answer).as_str()), (429, "too_many_requests"), "{}", answer.body);
        let wait: i64 = answer.header("retry-after").parse().expect("seconds");
        assert!((3_500..=3_601).contains(&wait), "{wait}");
    }
    assert!(is_replayed(&post(&ada, path, "one", &body).await), "what is kept is kept");
    assert_eq!(ada.post_json(path, &body).await.status, 200, "without a key");
    assert_eq!(post(&ben, path, "one", &body).await.status, 200, "he has room of his own");
    app.skip(chrono::Duration::minutes(61));
    assert_eq!(post(&ada, path, "another", &body).await.status, 200);
}

async fn who_has_lost_the_right_has_no_answer_of_before(app: &TestApp) {
    app.owner().await;
    let ben = app.person("ben@acme.test", Role::Admin).await;
    let first = invite(&ben, "one", "sam@other.test").await;
    assert_eq!(first.status, 201, "{}", first.body);
    app.change_role("ben@acme.test", "member").await;
    for key in ["one", "two"] {
        let refused = invite(&ben, key, "sam@other.test").await;
        assert!(refused.status == 403 && !is_replayed(&refused), "{key}: {}", refused.body);
        assert_eq!(refused.header("ratelimit"), "", "nor hears what others have left");
    }
    app.change_role("ben@acme.test", "admin").await;
    assert!(is_replayed(&invite(&ben, "one", "sam@other.test").await));
    let nobody = post(&app.visitor(), "/api/admin/invites", "", &json!({})).await;
    assert_eq!(nobody.status, 401, "before anything is said of the key: {}", nobody.body);
}

async fn a_form_that_is_sent_again_leads_to_a_page_that_says_so(app: &TestApp) {
    let ada = app.owner().await;
    let version = field(&ada.get("/settings/admin").await.body, "version");
    let form = [("name", "Acme"), ("version", version.as_str()), ("idempotency_key", "7")];
    assert_eq!(ada.post("/settings/admin", &form).await.location(), "/settings/admin");
    let again = ada.post("/settings/admin", &form).await;
    assert_eq!((again.status, again.location()), (303, "/"));
    assert!(ada.get("/settings/admin").await.says("This was already saved. Nothing was done twice."));
    let other = [("name", "Acme & Co"), ("version", version.as_str()), ("idempotency_key", "7")];
    assert_eq!(
        ada.post("/settings/admin", &other).await.status,
        409,
        "it is another request, from an old page"
    );
}
