//! Teams and projects: who may what in them, and that no one else knows of them (rule 10.1).

use futures_util::future::join;
use gatehouse::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, Identity, TestApp, Visitor, form, on_both_databases};
use super::tokens::{Program, default_project, read, token_of_project};

const PROJECTS: &str = "/settings/admin/projects";

/// A new project in a team, by the API: its id and its slug.
async fn project(person: &Visitor, name: &str, team: Option<&str>) -> (String, String) {
    let made = person.post_json("/api/projects", &json!({ "name": name, "teamId": team })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = read(&made);
    let text = |field: &str| made[field].as_str().expect("text").to_owned();
    (text("id"), text("slug"))
}

async fn team(admin: &Visitor, name: &str) -> (String, String) {
    let made = admin.post_json("/api/teams", &json!({ "name": name })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = read(&made);
    (made["id"].as_str().expect("text").to_owned(), made["slug"].as_str().expect("text").to_owned())
}

fn names(list: &Answer) -> Vec<String> {
    let list: Value = read(list);
    let items = list["items"].as_array().expect("a list").iter();
    items.map(|item| item["name"].as_str().expect("text").to_owned()).collect()
}

on_both_databases!(
    everyone_is_in_team_and_project_default_and_sees_no_more_than_that,
    a_persons_role_in_a_project_is_the_highest_they_have,
    a_manager_runs_the_projects_of_the_team_and_chooses_who_is_in_it,
    an_invite_leads_into_a_team_and_a_project_with_one_acceptance,
    a_project_admin_who_stops_being_one_while_waiting_makes_no_token,
    names_give_addresses_that_no_one_has_yet_and_forms_come_back_as_they_were,
    a_failing_key_of_a_project_is_told_by_its_name,
    a_project_is_changed_as_a_whole_or_not_at_all,
    a_project_without_a_key_of_its_own_shows_nothing_of_its_organizations,
    a_project_that_is_deleted_takes_its_keys_and_what_is_known_of_them_along
);

async fn everyone_is_in_team_and_project_default_and_sees_no_more_than_that(app: &TestApp) {
    let ada = app.owner().await;
    let mia = app.person("mia@acme.test", Role::Member).await;
    project(&ada, "Secret", None).await;
    assert_eq!(names(&ada.get("/api/projects").await), ["Default", "Secret"]);
    assert_eq!(names(&mia.get("/api/projects").await), ["Default"]);
    assert_eq!(names(&mia.get("/api/teams").await), ["Default"]);
    let page = mia.get(&format!("{PROJECTS}/default")).await;
    assert_eq!(page.status, 200);
    for control in ["New token", "Archive", "Save role", "Revoke", "Project keys…"] {
        assert!(!page.body.contains(control), "{control}");
    }
    assert!(!mia.get(PROJECTS).await.body.contains("Secret"));
    for page in ["", "/users", "/llm-keys", "/invites", "/projects/default"] {
        let page = ada.get(&format!("/settings/admin{page}")).await.body;
        let main = page.split("<main").nth(1).expect("a page");
        assert!(!main.contains(">Team"), "nobody speaks of teams: {main}");
    }
}

// One function says what someone is in a project; the matrix asks it through every door of the project.
async fn a_persons_role_in_a_project_is_the_highest_they_have(app: &TestApp) {
    let ada = app.owner().await;
    let (core, _) = team(&ada, "Core").await;
    let (id, slug) = project(&ada, "Web", Some(&core)).await;
    let people = [
        ("admin@acme.test", Role::Admin, 200, 422),
        ("manager@acme.test", Role::Member, 200, 422),
        ("project-admin@acme.test", Role::Member, 200, 422),
        ("viewer@acme.test", Role::Member, 200, 403),
        ("team-member@acme.test", Role::Member, 404, 404),
        ("member@acme.test", Role::Member, 404, 404),
    ];
    for (email, role, ..) in people {
        app.enroll(email, "default", role).await;
    }
    let manager = app.id_of("manager@acme.test").await;
    let set = ada.put(&format!("/api/teams/{core}/manager"), &json!({ "managerId": manager })).await;
    assert_eq!(set.status, 200, "{}", set.body);
    for (email, role) in [("project-admin@acme.test", "admin"), ("viewer@acme.test", "viewer")] {
        let path = format!("/api/projects/{id}/members/{}", app.id_of(email).await);
        let set = ada.put(&path, &json!({ "role": role })).await;
        assert_eq!(set.status, 200, "{}", set.body);
    }
    let member = app.id_of("team-member@acme.test").await;
    assert_eq!(ada.put(&format!("/api/teams/{core}/members/{member}"), &json!({})).await.status, 204);
    for (email, _, seen, changed) in people {
        let person = signed_in(app, email).await;
        assert_eq!(person.get(&format!("{PROJECTS}/{slug}")).await.status, seen, "{email}");
        assert_eq!(person.get(&format!("/api/projects/{id}")).await.status, seen, "{email}");
        assert_eq!(person.get(&format!("{PROJECTS}/{slug}/llm-keys")).await.status, seen, "{email}");
        for path in ["", "/tokens", "/members", "/llm-keys"] {
            let answer = person.post(&format!("{PROJECTS}/{slug}{path}"), &[]).await;
            let expected = if path == "/llm-keys" && changed == 422 { 404 } else { changed };
            assert_eq!(answer.status, expected, "{email} at {path}: {}", answer.body);
        }
        let renamed = person.patch(&format!("/api/projects/{id}"), &json!({ "name": "" })).await;
        assert_eq!(renamed.status, changed, "{email}");
        let made = person.post_json(&format!("/api/projects/{id}/tokens"), &json!({ "name": "" })).await;
        assert_eq!(made.status, changed, "{email}");
    }
}

async fn a_manager_runs_the_projects_of_the_team_and_chooses_who_is_in_it(app: &TestApp) {
    let ada = app.owner().await;
    let (core, slug) = team(&ada, "Core").await;
    let bo = app.person("bo@acme.test", Role::Member).await;
    let cy = app.person("cy@acme.test", Role::Member).await;
    assert_eq!(bo.post_json("/api/projects", &json!({ "name": "Web", "teamId": core })).await.status, 404);
    let page = format!("/settings/admin/teams/{slug}");
    let made = ada.post(&format!("{page}/manager"), &[("manager", "bo@acme.test")]).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let both = json!({ "name": "Both", "managerId": null });
    assert_eq!(ada.patch(&format!("/api/teams/{core}"), &both).await.status, 400);
    let by_manager = bo.patch(&format!("/api/teams/{core}"), &json!({ "managerId": null })).await;
    assert_eq!(by_manager.status, 403, "{}", by_manager.body);
    let id = app.id_of("bo@acme.test").await;
    let again = ada.patch(&format!("/api/teams/{core}"), &json!({ "managerId": id })).await;
    assert_eq!(read(&again)["managerId"], id, "{}", again.body);
    let (id, web) = project(&bo, "Web", Some(&core)).await;
    assert_eq!(bo.post_json("/api/projects", &json!({ "name": "Other" })).await.status, 403);
    let added = bo.post(&format!("{page}/members"), &[("email", "cy@acme.test")]).await;
    assert_eq!(added.status, 303, "{}", added.body);
    assert_eq!(cy.get(&page).await.status, 200);
    assert_eq!(cy.post(&format!("{page}/members"), &[("email", "ada@acme.test")]).await.status, 403);
    assert_eq!(bo.post(&format!("{page}/manager"), &[("manager", "")]).await.status, 403);
    let nobody = bo.post(&format!("{page}/members"), &[("email", "no@acme.test")]).await;
    assert_eq!(nobody.status, 422);
    assert!(nobody.body.contains("No member has this email."), "{}", nobody.body);
    assert!(nobody.body.contains("value=\"no@acme.test\""), "what was typed is there");
    let role = [("email", "cy@acme.test"), ("role", "admin")];
    assert_eq!(bo.post(&format!("{PROJECTS}/{web}/members"), &role).await.status, 303);
    assert_eq!(cy.get(&format!("{PROJECTS}/{web}/tokens/new")).await.status, 200);
    // Out of the team, and out of its projects.
    let removal = format!("{page}/members/{}/removal", app.id_of("cy@acme.test").await);
    assert_eq!(bo.post(&removal, &[]).await.status, 303);
    assert_eq!(cy.get(&format!("{PROJECTS}/{web}")).await.status, 404);
    assert_eq!(cy.get(&page).await.status, 404);
    // A team is deleted only when empty of projects, archived ones among them.
    let early = ada.post(&format!("{page}/deletion"), &[]).await;
    assert_eq!(early.status, 409, "{}", early.body);
    assert_eq!(bo.patch(&format!("/api/projects/{id}"), &json!({ "archived": true })).await.status, 200);
    assert_eq!(bo.delete(&format!("/api/projects/{id}")).await.status, 204);
    assert_eq!(ada.post(&format!("{page}/deletion"), &[]).await.status, 303);
    assert_eq!(ada.post("/settings/admin/teams/default/deletion", &[]).await.status, 409);
}

async fn an_invite_leads_into_a_team_and_a_project_with_one_acceptance(app: &TestApp) {
    let ada = app.owner().await;
    let (core, _) = team(&ada, "Core").await;
    let (id, slug) = project(&ada, "Web", Some(&core)).await;
    for wrong in [
        json!({ "email": "ivy@acme.test", "teamId": "none" }),
        json!({ "email": "ivy@acme.test", "projectId": "none" }),
        json!({ "email": "ivy@acme.test", "projectId": id, "projectRole": "owner" }),
    ] {
        assert_eq!(ada.post_json("/api/admin/invites", &wrong).await.status, 422, "{wrong}");
    }
    assert_eq!(app.rows_in("invites").await, 0);
    let invite =
        json!({ "email": "ivy@acme.test", "workspaceId": core, "projectId": id, "projectRole": "admin" });
    let sent = ada.post_json("/api/admin/invites", &invite).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert_eq!(read(&sent)["projectRole"], "admin");
    let page = ada.get("/settings/admin/invites?q=ivy").await.body;
    assert!(page.contains("Role in the project") && page.contains(">Core</option>"), "{page}");
    let link = ada.link_for("ivy@acme.test").await;
    let ivy = app.visitor();
    let ivy_is = Identity::new("ivy@acme.test", "Ivy");
    assert_eq!(ivy.sign_in(&app.provider, &ivy_is).await.status, 303);
    let accepted = ivy.post(&format!("{link}/acceptance"), &[]).await;
    assert_eq!(accepted.status, 303, "{}", accepted.body);
    assert_eq!(names(&ivy.get("/api/projects").await), ["Default", "Web"]);
    assert_eq!(names(&ivy.get("/api/teams").await), ["Default", "Core"]);
    assert_eq!(ivy.get(&format!("{PROJECTS}/{slug}/tokens/new")).await.status, 200);
    assert_eq!(ivy.get(&format!("{PROJECTS}/default/tokens/new")).await.status, 403);
}

// What was known when the request came may not hold any more when its turn comes.
async fn a_project_admin_who_stops_being_one_while_waiting_makes_no_token(app: &TestApp) {
    let ada = app.owner().await;
    let bo = app.person("bo@acme.test", Role::Member).await;
    let id = default_project(app, "default").await;
    let member = format!("/api/projects/{id}/members/{}", app.id_of("bo@acme.test").await);
    assert_eq!(ada.put(&member, &json!({ "role": "admin" })).await.status, 200);
    let holder = app.hold().await;
    let path = format!("/api/projects/{id}/tokens");
    let body = json!({ "name": "late" });
    let made = bo.post_json(&path, &body);
    let demoted = async {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
        let viewer = "UPDATE project_members SET role = 'viewer'";
        holder.run(viewer).await;
        holder.commit().await;
    };
    let (made, ()) = join(made, demoted).await;
    assert_eq!(made.status, 403, "{}", made.body);
    assert_eq!(app.rows_in("tokens").await, 0);
    assert_eq!(app.events_of("access.refused").await, 1);
}

async fn names_give_addresses_that_no_one_has_yet_and_forms_come_back_as_they_were(app: &TestApp) {
    let ada = app.owner().await;
    let slugs = [project(&ada, "Web", None).await.1, project(&ada, "Web!", None).await.1];
    assert_eq!(slugs, ["web", "web-2"]);
    assert_eq!(project(&ada, "日本語", None).await.1, "project");
    assert_eq!(project(&ada, "New", None).await.1, "project-2");
    let wrong = ada.post(PROJECTS, &[("name", "x")]).await;
    assert_eq!(wrong.status, 422);
    let returned = form(&wrong.body, PROJECTS).expect("the form");
    assert!(returned.fields.contains(&("name".to_owned(), "x".to_owned())), "{returned:?}");
    for days in ["0", "3651", "many", ""] {
        let wrong = ada.post("/settings/admin/token-life", &[("days", days)]).await;
        assert_eq!(wrong.status, 422, "{days}");
    }
    let wrong = ada.post(&format!("{PROJECTS}/web/tokens"), &[("name", "deploy"), ("life", "custom")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("value=\"deploy\""), "{}", wrong.body);
    assert_eq!(ada.post(&format!("{PROJECTS}/default/archiving"), &[]).await.status, 409);
}

async fn a_failing_key_of_a_project_is_told_by_its_name(app: &TestApp) {
    let ada = app.owner().await;
    let (id, _) = project(&ada, "Web", None).await;
    let set = ada
        .put(&format!("/api/projects/{id}/llm-keys/openai"), &json!({ "key": "sk-proj-CANARY-0001" }))
        .await;
    assert_eq!(set.status, 200, "{}", set.body);
    app.run("UPDATE llm_key_health SET failing_since = 1", []).await;
    app.services.key_alarms.wake();
    let mut page = String::new();
    for _ in 0..100 {
        page = ada.get("/settings/admin").await.body;
        if page.contains("key of the project Web is failing") {
            break;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(page.contains("The OpenAI key of the project Web is failing"), "{page}");
}

async fn a_project_is_changed_as_a_whole_or_not_at_all(app: &TestApp) {
    let ada = app.owner().await;
    let (id, _) = project(&ada, "Web", None).await;
    let path = format!("/api/projects/{id}");
    let request = ada.request(Method::PATCH, &path).header("origin", &app.base);
    let request = request.header("idempotency-key", "once");
    let changed = ada.send(request.json(&json!({ "name": "Shop", "archived": true }))).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let changed = read(&changed);
    assert_eq!(changed["name"], "Shop");
    assert!(changed["archivedAt"].is_string(), "{changed}");
    let default = default_project(app, "default").await;
    let body = json!({ "name": "Other", "archived": true });
    assert_eq!(ada.patch(&format!("/api/projects/{default}"), &body).await.status, 409);
    assert_eq!(names(&ada.get("/api/projects").await)[0], "Default");
}

// Rule 4.3: to its admins a project shows its own keys, and of others where they come from.
async fn a_project_without_a_key_of_its_own_shows_nothing_of_its_organizations(app: &TestApp) {
    let ada = app.owner().await;
    let bo = app.person("bo@acme.test", Role::Member).await;
    let id = default_project(app, "default").await;
    let member = format!("/api/projects/{id}/members/{}", app.id_of("bo@acme.test").await);
    assert_eq!(ada.put(&member, &json!({ "role": "admin" })).await.status, 200);
    let set =
        ada.put("/api/admin/llm-keys/openai", &json!({ "key": "sk-proj-CANARY-organization-7531" })).await;
    assert_eq!(set.status, 200);
    let page = format!("{PROJECTS}/default/llm-keys");
    let set = bo.post(&page, &[("provider", "openai"), ("key", "sk-proj-CANARY-of-the-project-8642")]).await;
    assert_eq!(set.status, 303, "{}", set.body);
    assert!(bo.get(&page).await.body.contains("8642"));
    assert_eq!(bo.post(&format!("{page}/openai/removal"), &[]).await.status, 303);
    let body = bo.get(&page).await.body;
    assert!(body.contains("Removed") && !body.contains("7531"), "{body}");
    assert_eq!(bo.post(&format!("{page}/openai/test"), &[]).await.status, 404);
    let events = app.dump("events").await;
    assert!(
        events.iter().filter(|event| event.contains("bo@acme.test")).all(|event| !event.contains("7531"))
    );
}

async fn a_project_that_is_deleted_takes_its_keys_and_what_is_known_of_them_along(app: &TestApp) {
    let ada = app.owner().await;
    let (id, _) = project(&ada, "Web", None).await;
    let (token, _) = token_of_project(&ada, &id).await;
    let key = format!("/api/projects/{id}/llm-keys/openai");
    assert_eq!(ada.put(&key, &json!({ "key": "sk-proj-CANARY-0001" })).await.status, 200);
    let program = Program::new(&app.base, &token);
    assert_eq!(program.ask(Method::GET, "/api/keys/openai", None).await.status, 200);
    gatehouse::llm_keys::uses::write(&app.services).await;
    assert_eq!(ada.patch(&format!("/api/projects/{id}"), &json!({ "archived": true })).await.status, 200);
    assert_eq!(ada.delete(&format!("/api/projects/{id}")).await.status, 204);
    for table in ["tokens", "llm_keys", "llm_key_health", "key_uses", "key_last_uses"] {
        assert_eq!(app.rows_in(table).await, 0, "{table}");
    }
}

/// Someone who is enrolled, with a browser.
async fn signed_in(app: &TestApp, email: &str) -> Visitor {
    let visitor = app.visitor();
    let answer = visitor.sign_in(&app.provider, &Identity::new(email, email)).await;
    assert_eq!(answer.status, 303, "{email}: {}", answer.body);
    visitor
}
