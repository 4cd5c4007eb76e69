//! Tokens: what they open, and that nothing else does (rules 10.2 to 10.4; threats K01 to K14).

use chrono::Duration;
use gatehouse::links::is_api;
use gatehouse::role::Role;
use gatehouse::routes::{Route, table};
use gatehouse::tenancy::Tenancy;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, TestApp, Visitor, form, on_both_databases};

const KEY: &str = "sk-proj-CANARY-organization-0001";
const OWN_KEY: &str = "sk-proj-CANARY-of-the-project-02";

/// A program that shows a token.
pub struct Program {
    visitor: Visitor,
    pub token: String,
}

impl Program {
    pub fn new(base: &str, token: &str) -> Self {
        Self { visitor: Visitor::new(base), token: token.to_owned() }
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.visitor.request(method, path).bearer_auth(&self.token);
        self.visitor.send(if let Some(body) = body { request.json(body) } else { request }).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }
}

pub fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("JSON: {} {}", answer.status, answer.body))
}

fn code(answer: &Answer) -> String {
    read(answer)["code"].as_str().unwrap_or_default().to_owned()
}

/// The id of the project that everyone sees.
pub async fn default_project(app: &TestApp, organization: &str) -> String {
    let sql = format!("SELECT id FROM projects WHERE organization_id = '{organization}' AND is_default");
    app.texts(&sql).await.remove(0)
}

/// A new token of a project: its text, and what is said of it.
pub async fn token_of_project(admin: &Visitor, project: &str) -> (String, Value) {
    let path = format!("/api/projects/{project}/tokens");
    let answer = admin.post_json(&path, &json!({ "name": "deploy" })).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let made = read(&answer);
    (made["token"].as_str().expect("a token").to_owned(), made)
}

/// A new token of a person.
pub async fn token_of_person(person: &Visitor, scope: &str) -> (String, Value) {
    let answer = person.post_json("/api/me/tokens", &json!({ "name": "script", "scopes": [scope] })).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let made = read(&answer);
    (made["token"].as_str().expect("a token").to_owned(), made)
}

async fn set_key(admin: &Visitor, path: &str, key: &str) {
    let answer = admin.put(path, &json!({ "key": key })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// With an environment that has a key of its own.
async fn with_environment() -> Vec<TestApp> {
    let mut apps = Vec::new();
    for database in super::support::Database::each().await {
        let settings = [("ANTHROPIC_API_KEY", "sk-ant-CANARY-environment-0003")];
        apps.push(TestApp::open_with(database, &settings).await);
    }
    apps
}

#[actix_web::test]
async fn a_project_uses_its_own_key_then_the_organizations_then_the_environments() {
    for app in with_environment().await {
        let ada = app.owner().await;
        let project = default_project(&app, "default").await;
        let program = Program::new(&app.base, &token_of_project(&ada, &project).await.0);
        let missing = program.get("/api/keys/openai").await;
        assert_eq!((missing.status, code(&missing).as_str()), (404, "key_missing"));
        assert_eq!(program.get("/api/keys/nobody").await.status, 404);
        set_key(&ada, "/api/admin/llm-keys/openai", KEY).await;
        let found = program.get("/api/keys/openai").await;
        assert_eq!(found.status, 200, "{}", found.body);
        let expected = json!({
            "provider": "openai", "key": KEY, "source": "organization", "baseUrl": "https://api.openai.com"
        });
        assert_eq!(read(&found), expected);
        assert_eq!(found.headers["cache-control"], "no-store");
        let environment = read(&program.get("/api/keys/anthropic").await);
        assert_eq!(environment["source"], "environment");
        assert_eq!(environment["key"], "sk-ant-CANARY-environment-0003");
        set_key(&ada, &format!("/api/projects/{project}/llm-keys/openai"), OWN_KEY).await;
        let own = read(&program.get("/api/keys/openai").await);
        assert_eq!((own["key"].as_str(), own["source"].as_str()), (Some(OWN_KEY), Some("project")));
        let all = read(&program.get("/api/keys").await);
        let sources: Vec<(&str, &str)> = all["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| (item["provider"].as_str().expect("text"), item["source"].as_str().expect("text")))
            .collect();
        assert_eq!(sources, [("anthropic", "environment"), ("openai", "project")]);
        let page = ada.get("/settings/admin/projects/default/llm-keys").await.body;
        assert!(page.contains("Used in this project instead of the organization’s key."), "{page}");
        assert!(!page.contains(OWN_KEY) && !page.contains(KEY));
        // The organization's page knows nothing of it.
        let seen = read(&ada.get("/api/admin/llm-keys").await);
        let openai = seen["items"].as_array().expect("a list").iter().find(|it| it["provider"] == "openai");
        assert_eq!(openai.expect("openai")["lastFour"], "0001");
        let gone = ada.delete(&format!("/api/projects/{project}/llm-keys/openai")).await;
        assert_eq!(gone.status, 204, "{}", gone.body);
        assert_eq!(read(&program.get("/api/keys/openai").await)["source"], "organization");
        app.close().await;
    }
}

on_both_databases!(
    a_key_that_cannot_be_opened_is_an_error_and_no_other_stands_in_for_it,
    a_key_of_a_project_opens_in_no_other_project,
    a_token_is_shown_once_and_only_its_hash_is_kept,
    a_token_is_taken_as_bearer_and_in_no_other_way,
    a_request_with_a_session_and_a_token_is_judged_by_the_token_alone,
    a_persons_token_does_what_the_person_can_as_far_as_its_scopes_go,
    a_token_that_is_revoked_or_over_opens_nothing_on_any_instance,
    a_rolled_token_works_as_long_as_was_said_and_has_one_successor,
    of_many_who_roll_one_token_at_once_one_gets_another,
    an_answer_to_a_token_leaves_the_session_beside_it_alone,
    a_token_makes_no_tokens_opens_no_pages_and_accepts_no_invites,
    what_happens_to_a_person_happens_to_their_tokens_immediately_on_every_instance,
    a_project_that_is_archived_has_no_working_tokens_until_it_is_back,
    a_token_of_someone_else_is_as_unknown_as_none,
    there_are_not_too_many_tokens_and_none_lives_too_long,
    a_name_is_text_wherever_it_is_shown,
    fetching_is_counted_and_told_once_an_hour_for_each_token,
    every_route_takes_the_tokens_that_its_authority_takes_and_no_other
);

// Rule 4.2
async fn a_key_that_cannot_be_opened_is_an_error_and_no_other_stands_in_for_it(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let program = Program::new(&app.base, &token_of_project(&ada, &project).await.0);
    set_key(&ada, "/api/admin/llm-keys/openai", KEY).await;
    set_key(&ada, &format!("/api/projects/{project}/llm-keys/openai"), OWN_KEY).await;
    // The project's sealed key is put where the organization's is: it is bound to the project.
    app.run(
        "UPDATE llm_keys SET sealed_key = (SELECT sealed_key FROM llm_keys WHERE project_id IS NULL)
             WHERE project_id IS NOT NULL",
        [],
    )
    .await;
    for path in ["/api/keys/openai", "/api/keys"] {
        let answer = program.get(path).await;
        assert_eq!((answer.status, code(&answer).as_str()), (409, "key_unreadable"), "{path}");
        assert!(!answer.body.contains("CANARY"), "{}", answer.body);
    }
}

async fn a_key_of_a_project_opens_in_no_other_project(app: &TestApp) {
    let ada = app.owner().await;
    let one = read(&ada.post_json("/api/projects", &json!({ "name": "One" })).await);
    let other = read(&ada.post_json("/api/projects", &json!({ "name": "Other" })).await);
    let id = |project: &Value| project["id"].as_str().expect("an id").to_owned();
    let program = Program::new(&app.base, &token_of_project(&ada, &id(&other)).await.0);
    set_key(&ada, &format!("/api/projects/{}/llm-keys/openai", id(&one)), OWN_KEY).await;
    assert_eq!(program.get("/api/keys/openai").await.status, 404);
    app.run("UPDATE llm_keys SET project_id = $1", [id(&other).into()]).await;
    assert_eq!(code(&program.get("/api/keys/openai").await), "key_unreadable");
}

// K01
async fn a_token_is_shown_once_and_only_its_hash_is_kept(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let (token, made) = token_of_project(&ada, &project).await;
    assert!(token.starts_with(made["prefix"].as_str().expect("a prefix")));
    let secret = &token[13..];
    for table in ["tokens", "events", "key_uses"] {
        let rows = app.dump(table).await;
        assert!(rows.iter().all(|row| !row.contains(secret)), "{table}");
    }
    let program = Program::new(&app.base, &token);
    assert_eq!(program.get("/api/keys").await.status, 200);
    for path in [
        format!("/api/projects/{project}/tokens"),
        "/settings/admin/projects/default".to_owned(),
        "/settings/admin/audit".to_owned(),
    ] {
        let answer = ada.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains(secret), "{path}");
        assert!(answer.body.contains("deploy"), "{path}");
    }
    assert_eq!(app.dump("tokens").await.len(), 1);
}

// K02
async fn a_token_is_taken_as_bearer_and_in_no_other_way(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let (token, _) = token_of_project(&ada, &project).await;
    let nobody = app.visitor();
    let ask = || nobody.request(Method::GET, "/api/keys");
    for (request, how) in [
        (ask().basic_auth("x", Some(&token)), "Basic"),
        (ask().basic_auth(&token, Some("")), "Basic, as name"),
        (ask().header("x-api-key", &token), "X-Api-Key"),
        (ask().header("authorization", &token), "bare"),
        (ask().header("cookie", format!("session={token}")), "cookie"),
        (ask().query(&[("token", &token), ("access_token", &token)]), "query"),
        (ask().bearer_auth(format!("{token}x")), "longer"),
        (ask().bearer_auth(&token[..67]), "shorter"),
        (ask().bearer_auth("gh_"), "beginning alone"),
    ] {
        let answer = nobody.send(request).await;
        assert_eq!((answer.status, code(&answer).as_str()), (401, "unauthenticated"), "{how}");
    }
    assert_eq!(nobody.send(ask().bearer_auth(&token)).await.status, 200);
}

async fn a_request_with_a_session_and_a_token_is_judged_by_the_token_alone(app: &TestApp) {
    let ada = app.owner().await;
    let wrong = ada.send(ada.request(Method::GET, "/api/admin/settings").bearer_auth("gh_wrong")).await;
    assert_eq!(wrong.status, 401);
    let (token, _) = token_of_person(&ada, "admin:read").await;
    let rename = ada.request(Method::PATCH, "/api/admin/settings").bearer_auth(&token);
    let answer = ada.send(rename.json(&json!({ "name": "Renamed" }))).await;
    assert_eq!((answer.status, code(&answer).as_str()), (403, "insufficient_scope"));
    assert_eq!(app.texts("SELECT name FROM organizations WHERE id = 'default'").await, ["My Organization"]);
    let refused = app.texts("SELECT actor FROM events WHERE action = 'access.refused'").await;
    assert_eq!(refused, ["ada@acme.test (token script)"]);
    let page = ada.send(ada.request(Method::GET, "/settings/admin").bearer_auth(&token)).await;
    assert_eq!(page.status, 403);
}

async fn a_persons_token_does_what_the_person_can_as_far_as_its_scopes_go(app: &TestApp) {
    let ada = app.owner().await;
    let mia = app.person("mia@acme.test", Role::Member).await;
    let (reading, _) = token_of_person(&ada, "admin:read").await;
    let (writing, _) = token_of_person(&ada, "admin:write").await;
    let (of_member, _) = token_of_person(&mia, "admin:write").await;
    let [reading, writing, of_member] =
        [reading, writing, of_member].map(|token| Program::new(&app.base, &token));
    assert_eq!(reading.get("/api/admin/users").await.status, 200);
    assert_eq!(writing.get("/api/admin/users").await.status, 200);
    assert_eq!(code(&of_member.get("/api/admin/users").await), "forbidden");
    assert_eq!(of_member.get("/api/org").await.status, 200);
    let me = read(&of_member.get("/api/me").await);
    assert_eq!(me["email"], "mia@acme.test");
    let rename = json!({ "name": "By token" });
    let renamed = writing.ask(Method::PATCH, "/api/admin/settings", Some(&rename)).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let actor = app.texts("SELECT actor FROM events WHERE action = 'organization.settings_changed'").await;
    assert_eq!(actor, ["ada@acme.test (token script)"]);
    // What asks for a fresh sign-in is nothing for a token, however fresh its owner is.
    let mia = app.texts("SELECT user_id FROM memberships WHERE email = 'mia@acme.test'").await.remove(0);
    let path = format!("/api/admin/users/{mia}");
    let raised = writing.ask(Method::PATCH, &path, Some(&json!({ "role": "owner" }))).await;
    assert_eq!((raised.status, code(&raised).as_str()), (403, "fresh_sign_in_required"));
}

// K03
async fn a_token_that_is_revoked_or_over_opens_nothing_on_any_instance(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let (other, handle) = app.second_instance().await;
    let (token, made) = token_of_project(&ada, &project).await;
    let id = made["id"].as_str().expect("an id");
    let everywhere = [Program::new(&app.base, &token), Program::new(&other, &token)];
    for program in &everywhere {
        assert_eq!(program.get("/api/keys").await.status, 200);
    }
    let revoked = ada.delete(&format!("/api/projects/{project}/tokens/{id}")).await;
    assert_eq!(revoked.status, 204, "{}", revoked.body);
    for program in &everywhere {
        assert_eq!(program.get("/api/keys").await.status, 401);
    }
    let body = json!({ "name": "short", "expiresInDays": 1 });
    let short = read(&ada.post_json(&format!("/api/projects/{project}/tokens"), &body).await);
    let short = Program::new(&other, short["token"].as_str().expect("a token"));
    app.skip(Duration::hours(24) - Duration::minutes(1));
    assert_eq!(short.get("/api/keys").await.status, 200);
    app.skip(Duration::minutes(2));
    assert_eq!(short.get("/api/keys").await.status, 401);
    handle.stop(false).await;
}

async fn a_rolled_token_works_as_long_as_was_said_and_has_one_successor(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let (token, made) = token_of_project(&ada, &project).await;
    let path = format!("/api/projects/{project}/tokens/{}/roll", made["id"].as_str().expect("an id"));
    let wrong = ada.post_json(&path, &json!({ "overlapHours": 1 })).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    let rolled = ada.post_json(&path, &json!({ "overlapHours": 24 })).await;
    assert_eq!(rolled.status, 201, "{}", rolled.body);
    let rolled = read(&rolled);
    let (old, new) =
        (Program::new(&app.base, &token), Program::new(&app.base, rolled["token"].as_str().expect("text")));
    assert_eq!((old.get("/api/keys").await.status, new.get("/api/keys").await.status), (200, 200));
    let again = ada.post_json(&path, &json!({ "overlapHours": 24 })).await;
    assert_eq!(again.status, 409, "{}", again.body);
    app.skip(Duration::hours(25));
    assert_eq!((old.get("/api/keys").await.status, new.get("/api/keys").await.status), (401, 200));
    let path = format!("/api/projects/{project}/tokens/{}/roll", rolled["id"].as_str().expect("an id"));
    let at_once = read(&ada.post_json(&path, &json!({ "overlapHours": 0 })).await);
    assert_eq!(new.get("/api/keys").await.status, 401);
    assert_eq!(at_once["scopes"], json!(["keys:resolve"]));
}

async fn of_many_who_roll_one_token_at_once_one_gets_another(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let (_, made) = token_of_project(&ada, &project).await;
    let path = format!("/api/projects/{project}/tokens/{}/roll", made["id"].as_str().expect("an id"));
    let body = json!({ "overlapHours": 24 });
    let rolls = (0..8).map(|_| ada.post_json(&path, &body));
    let answers = futures_util::future::join_all(rolls).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(app.rows_in("tokens").await, 2);
}

async fn an_answer_to_a_token_leaves_the_session_beside_it_alone(app: &TestApp) {
    let ada = app.owner().await;
    let (token, _) = token_of_person(&ada, "admin:read").await;
    app.run("UPDATE sessions SET renewal_due = TRUE", []).await;
    let answer = ada.send(ada.request(Method::GET, "/api/me").bearer_auth(&token)).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.headers.contains_key("set-cookie"), "{:?}", answer.headers);
    let empty = ada.send(ada.request(Method::GET, "/api/me").header("authorization", "Bearer")).await;
    assert_eq!(empty.status, 401, "an empty token is one");
    for path in ["/api/projects/%00", "/api/teams/a%00", "/settings/admin/teams/%00"] {
        assert_eq!(ada.get(path).await.status, 404, "{path}");
    }
}

// K04, K06
async fn a_token_makes_no_tokens_opens_no_pages_and_accepts_no_invites(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let (token, made) = token_of_person(&ada, "admin:write").await;
    let program = Program::new(&app.base, &token);
    let body = json!({ "name": "more", "scopes": ["admin:write"] });
    let before = app.rows_in("tokens").await;
    for path in [
        "/api/me/tokens".to_owned(),
        format!("/api/projects/{project}/tokens"),
        format!("/api/me/tokens/{}/roll", made["id"].as_str().expect("an id")),
    ] {
        let answer = program.ask(Method::POST, &path, Some(&body)).await;
        assert_eq!((answer.status, code(&answer).as_str()), (403, "forbidden"), "{path}");
        let nobody = app.visitor().post_json(&path, &body).await;
        assert_eq!(nobody.status, 401, "{path}");
    }
    assert_eq!(app.rows_in("tokens").await, before);
    for path in ["/settings", "/settings/tokens", "/settings/admin/projects", "/sign-in", "/"] {
        assert_eq!(program.get(path).await.status, 403, "{path}");
    }
    let invite = json!({ "email": "ivy@acme.test", "role": "member" });
    let sent = program.ask(Method::POST, "/api/admin/invites", Some(&invite)).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let link = ada.link_for("ivy@acme.test").await + "/acceptance";
    assert_eq!(program.ask(Method::POST, &link, None).await.status, 403);
    assert_eq!(app.count("SELECT count(*) FROM invites WHERE state = 'open'").await, 1);
}

// K05
async fn what_happens_to_a_person_happens_to_their_tokens_immediately_on_every_instance(app: &TestApp) {
    let ada = app.owner().await;
    let (other, handle) = app.second_instance().await;
    let project = default_project(app, "default").await;
    for (n, (what, status)) in [
        ("UPDATE memberships SET role = 'member'", 403),
        ("UPDATE users SET status = 'deactivated'", 401),
        ("UPDATE memberships SET locked_out_at = 1", 401),
        ("UPDATE memberships SET suspended_at = 1", 401),
        ("DELETE FROM memberships", 401),
        ("DELETE FROM users", 401),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("bo{n}@acme.test");
        let bo = app.person(&email, Role::Admin).await;
        let (own, _) = token_of_person(&bo, "admin:read").await;
        let (of_project, _) = token_of_project(&bo, &project).await;
        let [own, of_project] = [own, of_project].map(|token| Program::new(&other, &token));
        assert_eq!(own.get("/api/admin/settings").await.status, 200, "{what}");
        app.run(&format!("{what} WHERE email = $1"), [email.into()]).await;
        assert_eq!(own.get("/api/admin/settings").await.status, status, "{what}");
        assert_eq!(of_project.get("/api/keys").await.status, 200, "a project's token stays: {what}");
    }
    drop(ada);
    handle.stop(false).await;
}

async fn a_project_that_is_archived_has_no_working_tokens_until_it_is_back(app: &TestApp) {
    let ada = app.owner().await;
    let made = read(&ada.post_json("/api/projects", &json!({ "name": "Web shop" })).await);
    let (id, slug) = (made["id"].as_str().expect("an id"), made["slug"].as_str().expect("a slug"));
    assert_eq!(slug, "web-shop");
    let program = Program::new(&app.base, &token_of_project(&ada, id).await.0);
    let early = ada.delete(&format!("/api/projects/{id}")).await;
    assert_eq!(early.status, 409, "archived first: {}", early.body);
    let archived = ada.post("/settings/admin/projects/web-shop/archiving", &[]).await;
    assert_eq!(archived.status, 303, "{}", archived.body);
    assert_eq!(program.get("/api/keys").await.status, 401);
    let page = ada.get("/settings/admin/projects").await;
    let undo = form(&page.body, "/settings/admin/projects/web-shop/restoration").expect("Undo");
    assert_eq!(ada.submit(&undo).await.status, 303);
    assert_eq!(program.get("/api/keys").await.status, 200);
    ada.post("/settings/admin/projects/web-shop/archiving", &[]).await;
    let wrong = ada.post("/settings/admin/projects/web-shop/deletion", &[("slug", "web")]).await;
    assert_eq!(wrong.status, 422);
    let deleted = ada.post("/settings/admin/projects/web-shop/deletion", &[("slug", "web-shop")]).await;
    assert_eq!(deleted.status, 303, "{}", deleted.body);
    assert_eq!(app.rows_in("tokens").await, 0);
    assert_eq!(program.get("/api/keys").await.status, 401);
}

// K08
async fn a_token_of_someone_else_is_as_unknown_as_none(app: &TestApp) {
    let ada = app.owner().await;
    let bo = app.person("bo@acme.test", Role::Admin).await;
    let project = default_project(app, "default").await;
    let (_, of_ada) = token_of_person(&ada, "admin:read").await;
    let (_, of_project) = token_of_project(&ada, &project).await;
    let web = read(&ada.post_json("/api/projects", &json!({ "name": "Web" })).await);
    for (path, token) in [
        ("/api/me/tokens".to_owned(), &of_ada),
        ("/api/me/tokens".to_owned(), &of_project),
        (format!("/api/projects/{}/tokens", web["id"].as_str().expect("an id")), &of_project),
        (format!("/api/projects/{project}/tokens"), &of_ada),
    ] {
        let path = format!("{path}/{}", token["id"].as_str().expect("an id"));
        let unknown = bo.delete(&path.replace(token["id"].as_str().expect("an id"), "none")).await;
        let answer = bo.delete(&path).await;
        assert_eq!((answer.status, unknown.status), (404, 404), "{path}");
    }
    assert_eq!(app.count("SELECT count(*) FROM tokens WHERE revoked_at IS NULL").await, 2);
}

// K11
async fn there_are_not_too_many_tokens_and_none_lives_too_long(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let path = format!("/api/projects/{project}/tokens");
    let long = ada.post_json(&path, &json!({ "name": "long", "expiresInDays": 366 })).await;
    assert_eq!(long.status, 422, "{}", long.body);
    assert!(long.body.contains("Use 365 days or fewer"), "{}", long.body);
    assert_eq!(ada.patch("/api/admin/settings", &json!({ "tokenMaxDays": 30 })).await.status, 200);
    let usual = read(&ada.post_json(&path, &json!({ "name": "usual" })).await);
    let lives = chrono::DateTime::parse_from_rfc3339(usual["expiresAt"].as_str().expect("a time"));
    let days = (lives.expect("a time").to_utc() - app.services.clock.now()).num_days();
    assert!((29..=30).contains(&days), "{days}");
    app.run(
        "INSERT INTO tokens (id, organization_id, project_id, name, prefix, hash, scopes, created_at,
                created_by, created_by_name, expires_at)
             SELECT CAST(n AS TEXT), 'default', $1, 'bulk', 'gh_', CAST(n AS TEXT), 'keys:resolve', 0, '', '',
                9000000000000
             FROM (WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99)
                   SELECT n FROM numbers) AS numbers",
        [project.clone().into()],
    )
    .await;
    let one_more = ada.post_json(&path, &json!({ "name": "one more" })).await;
    assert_eq!(one_more.status, 422, "{}", one_more.body);
    assert!(one_more.body.contains("Up to 100 tokens fit"), "{}", one_more.body);
}

// K09
async fn a_name_is_text_wherever_it_is_shown(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let path = format!("/api/projects/{project}/tokens");
    let name = "<script>alert(1)</script>".replace('/', "");
    let made = ada.post_json(&path, &json!({ "name": name })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let page = ada.get("/settings/admin/projects/default").await.body;
    assert!(page.contains("&#60;script&#62;alert(1)") && !page.contains("<script>alert"), "{page}");
    for name in ["a\r\nSet-Cookie: x=1", &"x".repeat(10_000), ""] {
        assert_eq!(ada.post_json(&path, &json!({ "name": name })).await.status, 422);
    }
}

// rule 10.4
async fn fetching_is_counted_and_told_once_an_hour_for_each_token(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    set_key(&ada, "/api/admin/llm-keys/openai", KEY).await;
    let program = Program::new(&app.base, &token_of_project(&ada, &project).await.0);
    for _ in 0..3 {
        assert_eq!(program.get("/api/keys/openai").await.status, 200);
    }
    app.skip(Duration::hours(1));
    assert_eq!(program.get("/api/keys/openai").await.status, 200);
    gatehouse::llm_keys::uses::write(&app.services).await;
    assert_eq!(app.count("SELECT CAST(sum(times) AS BIGINT) FROM key_uses").await, 4);
    assert_eq!(app.rows_in("key_uses").await, 2);
    let events = app.texts("SELECT actor || ' ' || target FROM events WHERE action = 'keys.fetched'").await;
    assert_eq!(events, ["project Default (token deploy) Default"; 2]);
    let page = ada.get("/settings/admin/llm-keys").await.body;
    assert!(page.contains("Last used by deploy (Default)"), "{page}");
    let page = ada.get("/settings/admin/projects/default").await.body;
    assert!(page.contains("Keys fetched 4 times in 30 days"), "{page}");
    assert!(page.contains("Last used by deploy"), "{page}");
    let used = app.count("SELECT count(*) FROM tokens WHERE last_used_at IS NOT NULL").await;
    assert_eq!(used, 1);
}

// Every route with every token: what each opens is said by the type of the handler's first parameter.
async fn every_route_takes_the_tokens_that_its_authority_takes_and_no_other(app: &TestApp) {
    let ada = app.owner().await;
    let project = default_project(app, "default").await;
    let (reading, _) = token_of_person(&ada, "admin:read").await;
    let (writing, _) = token_of_person(&ada, "admin:write").await;
    let (resolving, _) = token_of_project(&ada, &project).await;
    let tokens = [("admin:read", reading), ("admin:write", writing), ("keys:resolve", resolving)];
    for route in table(Tenancy::Single) {
        for (scope, token) in &tokens {
            let program = Program::new(&app.base, token);
            let path = some_path(&route, &project);
            let body = json!({});
            let body = (!route.method.is_safe()).then_some(&body);
            let answer = program.ask(method(&route), &path, body).await;
            assert_taken(&route, scope, &answer);
        }
    }
}

fn method(route: &Route) -> Method {
    route.method.as_str().parse().expect("a method")
}

/// What there is to ask for is nothing that could be changed.
fn some_path(route: &Route, project: &str) -> String {
    let mut path = route.path.replace("{project}", project);
    while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
        path.replace_range(start..=end, "none");
    }
    path
}

fn assert_taken(route: &Route, scope: &str, answer: &Answer) {
    let told = format!("{} {} with {scope}: {} {}", route.method, route.path, answer.status, answer.body);
    if !is_api(&route.path) {
        assert_eq!(answer.status, 403, "no page opens: {told}");
        return;
    }
    let asked = route.scope.map(gatehouse::api_token::Scope::name);
    let is_enough = asked == Some(scope) || asked == Some("admin:read") && scope == "admin:write";
    let (status, code) = (answer.status, code_or_none(answer));
    if is_enough {
        assert!(code != "insufficient_scope" && status != 401, "{told}");
    } else if asked.is_some() {
        assert_eq!((status, code.as_str()), (403, "insufficient_scope"), "{told}");
    } else {
        assert_eq!(status, 403, "{told}");
    }
}

fn code_or_none(answer: &Answer) -> String {
    let read: Option<Value> = serde_json::from_str(&answer.body).ok();
    read.and_then(|body| body["code"].as_str().map(str::to_owned)).unwrap_or_default()
}
