//! Refusals, generated: every route, as everyone, in every way to be refused. Each leaves one event, which says nothing
//! that was sent; what no one in particular asks for leaves none.

use gatehouse::role::Role;
use gatehouse::routes::{Route, table};
use gatehouse::tenancy::Tenancy;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::{Two, each};
use crate::web::refused::{self, Asker, IN_A_ROW, LONGEST, method};
use crate::web::support::Answer;
use crate::web::tokens::{default_project, read};

/// What is everyone's to do, and ends what the next requests take for granted.
const ENDING: [&str; 5] = [
    "POST /sign-out",
    "POST /orgs/{org}/departure",
    "DELETE /api/me",
    "DELETE /api/me/sessions",
    "DELETE /api/organizations/{organization}/membership",
];

/// No one, people of Acme, strangers to it, and programs of both sorts.
async fn cast(two: &Two) -> Vec<Asker> {
    for (email, role) in
        [("mia@acme.test", Role::Member), ("ben@acme.test", Role::Admin), ("out@acme.test", Role::Member)]
    {
        two.app.enroll(email, &two.acme, role).await;
    }
    let mut all = vec![Asker::nobody(&two.app)];
    for (who, email) in [
        ("member", "mia@acme.test"),
        ("admin", "ben@acme.test"),
        ("owner", "ada@acme.test"),
        ("no organization", "out@acme.test"),
        ("owner elsewhere", "gil@globex.test"),
    ] {
        all.push(Asker::person(&two.app, who, email, two.sign_in(email).await).await);
    }
    two.app.remove_member("out@acme.test").await;
    let ben = json!({ "name": "script", "scopes": ["admin:read"], "organizationId": two.acme });
    let project = default_project(&two.app, &two.acme).await;
    let path = format!("/api/organizations/{}/projects/{project}/tokens", two.acme);
    for (who, by, path, body) in [
        ("a person's token", 2, "/api/me/tokens", ben),
        ("a project's token", 3, &path, json!({ "name": "deploy" })),
    ] {
        let answer = all[by].visitor.post_json(path, &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let made = read(&answer);
        let text = |name: &str| made[name].as_str().expect("text").to_owned();
        let id = if by == 2 { all[by].id.clone() } else { Some(text("id")) };
        all.push(Asker { who, visitor: two.app.visitor(), token: Some(text("token")), id });
    }
    all
}

/// The address of a route in Acme, with ids that never were.
fn address(two: &Two, route: &Route) -> String {
    refused::address(&route.path.replace("{org}", "acme").replace("{organization}", &two.acme))
}

/// What [`refused::check`] checks; and Acme's log tells of what is Acme's business, and of nothing else.
async fn check(two: &Two, asker: &Asker, route: &Route, answer: &Answer) -> bool {
    let Some(log) = refused::check(&two.app, asker, route, answer).await else { return false };
    let what = format!("{} at {} {}", asker.who, route.method, route.path);
    let is_stranger = ["no organization", "owner elsewhere"].contains(&asker.who);
    assert!(!(is_stranger && log == two.acme), "{what}: it is none of Acme's business");
    let names = route.path.contains("{org}") || route.path.contains("{organization}");
    let is_theirs = !is_stranger
        && names
        && !["/operator", "/api/operator"].iter().any(|theirs| route.path.starts_with(theirs));
    assert!(!is_theirs || log == two.acme, "{what}: Acme's log tells of it");
    true
}

// Issue: each refused act leaves an event.
#[actix_web::test]
async fn a_person_who_is_refused_at_a_door_or_for_an_id_leaves_one_event() {
    for two in each(&[]).await {
        let cast = cast(&two).await;
        let mut refused = 0;
        for route in table(Tenancy::Multi) {
            if ENDING.contains(&format!("{} {}", route.method, route.path).as_str()) {
                continue;
            }
            let path = address(&two, &route);
            for asker in &cast {
                let answer = asker.send(&method(&route), &path, &two.app.base).await;
                refused += usize::from(check(&two, asker, &route, &answer).await);
            }
        }
        assert!(refused > 600, "{refused}");
        two.close().await;
    }
}

#[actix_web::test]
async fn a_request_forged_by_another_site_leaves_one_event() {
    for two in each(&[]).await {
        let cast = cast(&two).await;
        let mut refused = 0;
        for route in table(Tenancy::Multi).iter().filter(|route| !route.method.is_safe()) {
            let path = address(&two, route);
            for asker in &cast {
                let answer = asker.send(&method(route), &path, "https://evil.test").await;
                assert_eq!(answer.status, 403, "{} at {} {}", asker.who, route.method, route.path);
                refused += usize::from(check(&two, asker, route, &answer).await);
            }
        }
        assert!(refused > 500, "{refused}");
        two.close().await;
    }
}

/// What takes a fresh sign-in, as pages and as programs send it.
fn takes_a_fresh_sign_in(two: &Two, mia: &str, identity: &str) -> Vec<(Method, String, Value)> {
    let home = "/orgs/acme/settings/admin";
    let api = format!("/api/organizations/{}", two.acme);
    let role = json!({ "role": "admin" });
    vec![
        (Method::POST, "/settings/identities".to_owned(), json!({ "provider": "idp" })),
        (Method::POST, format!("/settings/identities/{identity}/disconnect"), json!({})),
        (Method::POST, "/settings/deletion".to_owned(), json!({ "email": "ada@acme.test" })),
        (Method::POST, format!("{home}/users/{mia}/role"), role.clone()),
        (
            Method::POST,
            format!("{home}/users/bulk"),
            json!({ "deed": "admin", "user": mia, "confirmed": "1" }),
        ),
        (Method::POST, format!("{home}/danger/slug"), json!({ "slug": "initech" })),
        (
            Method::POST,
            format!("{home}/danger/transfer"),
            json!({ "email": "mia@acme.test", "confirmed": "1" }),
        ),
        (Method::POST, format!("{home}/danger/deletion"), json!({ "slug": "acme" })),
        (Method::PATCH, format!("{api}/admin/users/{mia}"), role),
        (Method::POST, format!("{api}/transfer/{mia}"), json!({})),
        (Method::DELETE, api, json!({})),
    ]
}

#[actix_web::test]
async fn a_person_who_has_to_sign_in_again_first_leaves_one_event() {
    for two in each(&[]).await {
        let ada = &cast(&two).await[3];
        two.app.skip(chrono::Duration::minutes(11));
        let identity =
            two.app.texts("SELECT id FROM identities WHERE email = 'ada@acme.test'").await.remove(0);
        for (method, path, body) in
            takes_a_fresh_sign_in(&two, &two.app.id_of("mia@acme.test").await, &identity)
        {
            let request = ada.ask(&method, &path).header("origin", &two.app.base);
            let request =
                if path.starts_with("/api/") { request.json(&body) } else { request.form(&fields(&body)) };
            let answer = ada.visitor.send(request).await;
            assert_eq!(answer.status, 403, "{path}: {}", answer.body);
            let told = refused::events(&two.app, &answer).await;
            assert_eq!(told.len(), 1, "{path}: {told:?}");
            assert!(told[0].1.len() <= LONGEST && told[0].0 == two.acme, "{path}: {told:?}");
        }
        two.close().await;
    }
}

fn fields(body: &Value) -> Vec<(String, String)> {
    let fields = body.as_object().expect("fields").iter();
    fields.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// What a handler answers by a page of its own, or by a sentence beside the form.
#[actix_web::test]
async fn an_admin_who_reaches_above_themselves_leaves_one_event_each_time() {
    for two in each(&[]).await {
        let cast = cast(&two).await;
        let (ben, ada) = (&cast[2], two.app.id_of("ada@acme.test").await);
        let (home, api) = ("/orgs/acme/settings/admin", format!("/api/organizations/{}/admin", two.acme));
        let mia = two.app.id_of("mia@acme.test").await;
        let bulk = format!("{home}/users/bulk");
        let as_owner = [("deed", "owner"), ("user", mia.as_str()), ("confirmed", "1")];
        let of_owner = [("deed", "deactivate"), ("user", ada.as_str()), ("confirmed", "1")];
        let invite = [("addresses", "sam@acme.test"), ("role", "owner")];
        for (answer, status) in [
            (ben.visitor.post(&bulk, &as_owner).await, 403),
            (ben.visitor.post(&bulk, &of_owner).await, 200),
            (ben.visitor.post(&format!("{home}/invites"), &invite).await, 422),
            (
                ben.visitor
                    .post_json(
                        &format!("{api}/invites"),
                        &json!({ "email": "sam@acme.test", "role": "owner" }),
                    )
                    .await,
                422,
            ),
            (ben.visitor.patch(&format!("{api}/users/{mia}"), &json!({ "role": "owner" })).await, 403),
            (ben.visitor.delete(&format!("{api}/users/{ada}")).await, 403),
        ] {
            assert_eq!(answer.status, status, "{}", answer.body);
            let told = refused::events(&two.app, &answer).await;
            assert_eq!(told.len(), 1, "{told:?} {}", answer.body);
            assert_eq!(told[0].0, two.acme);
        }
        two.close().await;
    }
}

#[actix_web::test]
async fn someone_elses_session_can_not_be_ended_and_that_it_was_tried_is_told_once() {
    for two in each(&[]).await {
        let cast = cast(&two).await;
        let of_ada =
            format!("SELECT id FROM sessions WHERE user_id = '{}'", two.app.id_of("ada@acme.test").await);
        let session = two.app.texts(&of_ada).await.remove(0);
        let answer = cast[1].visitor.post(&format!("/settings/sessions/{session}/end"), &[]).await;
        assert_eq!(answer.status, 404);
        let target = "access.refused POST /settings/sessions/{session}/end (not found)".to_owned();
        assert_eq!(refused::events(&two.app, &answer).await, [(two.acme.clone(), target)]);
        let log = cast[3].visitor.get("/orgs/acme/settings/admin/audit").await;
        let what = "POST /settings/sessions/{session}/end (not found)";
        assert!(log.says("Mia") && log.says("was denied access to") && log.says(what), "{}", log.body);
        two.close().await;
    }
}

#[actix_web::test]
async fn a_thousand_refusals_of_one_person_are_told_by_a_few_events_without_what_was_sent() {
    for two in each(&[]).await {
        let cast = cast(&two).await;
        let (mia, path) = (&cast[1].visitor, "/orgs/acme/settings/admin/access?q=");
        let long = format!("{path}{}", "x".repeat(7000));
        let began = std::time::Instant::now();
        for _ in 0..1000 {
            assert_eq!(mia.get(&long).await.status, 403);
        }
        let more = i64::try_from(began.elapsed().as_secs() / 60).expect("minutes") + 1;
        let told = two
            .app
            .texts("SELECT target FROM events WHERE actor = 'mia@acme.test' AND outcome = 'refused'")
            .await;
        let count = i64::try_from(told.len()).expect("a count");
        assert!((IN_A_ROW..=IN_A_ROW + more).contains(&count), "{count}");
        let target = "GET /orgs/{org}/settings/admin/access (needs the role admin)";
        assert!(told.iter().all(|told| told == target), "{told:?}");
        assert_eq!(cast[2].visitor.post("/orgs/acme/settings/admin/danger/slug", &[]).await.status, 403);
        let of_ben =
            "SELECT count(*) FROM events WHERE actor = 'ben@acme.test' AND action = 'access.refused'";
        assert_eq!(two.app.count(of_ben).await, 1, "another's are told all the same");
        two.close().await;
    }
}

#[actix_web::test]
async fn a_refusal_that_can_not_be_told_is_none() {
    for two in each(&[]).await {
        let cast = cast(&two).await;
        two.app.run("ALTER TABLE event_heads RENAME TO elsewhere", []).await;
        for asker in &cast[1..6] {
            for _ in 0..2 * IN_A_ROW {
                let answer =
                    asker.send(&Method::POST, "/orgs/acme/settings/admin", "https://evil.test").await;
                assert_eq!(answer.status, 503, "{}: {}", asker.who, answer.body);
            }
        }
        let nobody = cast[0].send(&Method::POST, "/orgs/acme/settings/admin", "https://evil.test").await;
        assert_eq!(nobody.status, 403, "of nobody there is nothing to tell");
        two.app.run("ALTER TABLE elsewhere RENAME TO event_heads", []).await;
        let mia = cast[1].send(&Method::POST, "/orgs/acme/settings/admin", &two.app.base).await;
        assert_eq!((mia.status, refused::events(&two.app, &mia).await.len()), (403, 1));
        two.close().await;
    }
}
