//! Tokens where there are many organizations: a token is of one, and of all others nothing is there for it (threat T12).

use gatehouse::role::Role;
use gatehouse::routes::table;
use gatehouse::tenancy::Tenancy;
use reqwest::Method;
use serde_json::json;

use super::cast::{Two, each};
use crate::web::support::{NEVER, Visitor};
use crate::web::tokens::{Program, default_project, read};

async fn own_token(two: &Two, person: &Visitor, organization: &str) -> Program {
    let body = json!({ "name": "script", "scopes": ["admin:write"], "organizationId": organization });
    let answer = person.post_json("/api/me/tokens", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    Program::new(&two.app.base, read(&answer)["token"].as_str().expect("a token"))
}

async fn project_token(two: &Two, admin: &Visitor, organization: &str) -> Program {
    let project = default_project(&two.app, organization).await;
    let path = format!("/api/organizations/{organization}/projects/{project}/tokens");
    let answer = admin.post_json(&path, &json!({ "name": "deploy" })).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    Program::new(&two.app.base, read(&answer)["token"].as_str().expect("a token"))
}

// T12
#[actix_web::test]
async fn a_token_of_one_organization_finds_nothing_at_the_addresses_of_another() {
    for two in each(&[]).await {
        // She is owner of both: that is nothing to a token of one.
        two.also("ada@acme.test", &two.globex, Role::Owner).await;
        let ada = two.ada().await;
        let programs = [own_token(&two, &ada, &two.acme).await, project_token(&two, &ada, &two.acme).await];
        let (project, user) = (default_project(&two.app, &two.globex).await, "none");
        let mut tried = 0;
        for route in table(Tenancy::Multi) {
            if !route.path.starts_with("/api/organizations/{organization}") {
                continue;
            }
            let at = |organization: &str| {
                let mut path = route.path.replace("{organization}", organization);
                path = path.replace("{project}", &project).replace("{provider}", "openai");
                while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
                    path.replace_range(start..=end, user);
                }
                path
            };
            for program in &programs {
                let method: Method = route.method.as_str().parse().expect("a method");
                let body = json!({});
                let body = (!route.method.is_safe()).then_some(&body);
                let real = program.ask(method.clone(), &at(&two.globex), body).await;
                let unknown = program.ask(method, &at(NEVER), body).await;
                let what = format!("{} {}", route.method, route.path);
                assert_eq!(real.status, unknown.status, "{what}: {}", real.body);
                let plain = |answer: &crate::web::support::Answer| {
                    answer.body.replace(answer.header("x-request-id"), "").replace(&two.globex, NEVER)
                };
                assert_eq!(plain(&real), plain(&unknown), "{what}");
                assert!([403, 404].contains(&real.status), "{what}: {}", real.status);
                tried += 1;
            }
        }
        assert!(tried > 60, "{tried}");
        assert_eq!(two.app.events_of("organization.renamed").await, 0);
        two.close().await;
    }
}

#[actix_web::test]
async fn the_short_addresses_mean_the_organization_of_the_token_and_tell_of_no_other() {
    for two in each(&[]).await {
        two.also("ada@acme.test", &two.globex, Role::Owner).await;
        let ada = two.ada().await;
        let unnamed = ada.post_json("/api/me/tokens", &json!({ "name": "script" })).await;
        assert_eq!(unnamed.status, 409, "{}", unnamed.body);
        let program = own_token(&two, &ada, &two.globex).await;
        let organization = read(&program.get("/api/org").await);
        assert_eq!(organization["slug"], "globex");
        let me = read(&program.get("/api/me").await);
        let organizations = me["organizations"].as_array().expect("a list");
        assert_eq!(organizations.len(), 1, "{me}");
        let own = read(&program.get("/api/me/tokens").await);
        assert_eq!(own["items"].as_array().expect("a list").len(), 1);
        two.close().await;
    }
}

// T14
#[actix_web::test]
async fn tokens_end_with_their_organization_and_with_the_membership() {
    for two in each(&[]).await {
        two.also("gil@globex.test", &two.acme, Role::Admin).await;
        let (ada, gil) = (two.ada().await, two.gil().await);
        let of_project = project_token(&two, &ada, &two.acme).await;
        let of_gil = own_token(&two, &gil, &two.acme).await;
        assert_eq!(of_gil.get("/api/admin/settings").await.status, 200);
        let id = two.app.id_of("gil@globex.test").await;
        let deactivation = format!("/orgs/acme/settings/admin/users/{id}/deactivation");
        assert_eq!(ada.post(&deactivation, &[]).await.status, 303);
        assert_eq!(of_gil.get("/api/admin/settings").await.status, 401);
        assert_eq!(ada.post(&deactivation.replace("deactivation", "reactivation"), &[]).await.status, 303);
        assert_eq!(of_gil.get("/api/admin/settings").await.status, 200);
        let offboarding = ada.get(&format!("/orgs/acme/settings/admin/users/{id}/offboarding")).await.body;
        assert!(offboarding.contains("1 token of theirs stops working: script."), "{offboarding}");
        assert_eq!(of_project.get("/api/keys").await.status, 200);
        let begin = "UPDATE organizations SET state = 'deleting', purge_at = 9999999999999 WHERE id = $1";
        two.app.run(begin, [two.acme.clone().into()]).await;
        for program in [&of_project, &of_gil] {
            assert_eq!(program.get("/api/keys").await.status, 401);
        }
        two.close().await;
    }
}

#[actix_web::test]
async fn an_operator_who_has_entered_makes_no_token() {
    for two in each(&[]).await {
        two.app.enroll("opa@somewhere.test", &two.globex, Role::Member).await;
        two.app.make_operator("opa@somewhere.test").await;
        let opa = two.sign_in("opa@somewhere.test").await;
        let entry = format!("/operator/organizations/{}/entry", two.acme);
        assert_eq!(opa.post(&entry, &[("reason", "Ticket 9")]).await.status, 303);
        let page = opa.get("/orgs/acme/settings/admin/projects/default").await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(!page.body.contains("New token"), "{}", page.body);
        let project = default_project(&two.app, &two.acme).await;
        let path = format!("/api/organizations/{}/projects/{project}/tokens", two.acme);
        let refused = opa.post_json(&path, &json!({ "name": "deploy" })).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
        let page = "/orgs/acme/settings/admin/projects/default/llm-keys";
        let refused = opa.post(page, &[("provider", "openai"), ("key", "sk-CANARY-of-an-operator")]).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
        let mia = "mia@acme.test";
        two.app.enroll(mia, &two.acme, Role::Member).await;
        let id = two.app.id_of("mia@acme.test").await;
        let base = format!("/api/organizations/{}", two.acme);
        let path = format!("{base}/projects/{project}/members/{id}");
        let raised = opa.put(&path, &json!({ "role": "admin" })).await;
        assert_eq!(raised.status, 403, "{}", raised.body);
        let path = "/orgs/acme/settings/admin/teams/default/manager";
        assert_eq!(opa.post(path, &[("manager", mia)]).await.status, 403);
        assert_eq!(two.app.count("SELECT count(*) FROM project_members WHERE role = 'admin'").await, 0);
        assert_eq!(two.app.rows_in("tokens").await, 0);
        two.close().await;
    }
}

#[actix_web::test]
async fn a_log_knows_the_bearer_of_a_token_by_the_address_of_their_membership_alone() {
    for two in each(&[]).await {
        two.app.enroll("ada@private.test", &two.globex, Role::Member).await;
        two.app.also("ada@private.test", "ada@work.test", &two.acme, Role::Admin).await;
        let ada = two.sign_in("ada@private.test").await;
        let body = json!({ "name": "script", "organizationId": two.acme });
        let made = read(&ada.post_json("/api/me/tokens", &body).await);
        let program = Program::new(&two.app.base, made["token"].as_str().expect("a token"));
        for path in ["/api/me/tokens", "/api/organizations", "/api/admin/invites"] {
            let refused = program.ask(Method::POST, path, Some(&json!({ "name": "x" }))).await;
            assert_eq!(refused.status, 403, "{path}");
        }
        let sql = format!(
            "SELECT actor FROM events WHERE organization_id = '{}' AND outcome = 'refused'",
            two.acme
        );
        let actors = two.app.texts(&sql).await;
        assert_eq!(actors, ["ada@work.test (token script)"; 3]);
        assert_eq!(
            two.app.count("SELECT count(*) FROM events WHERE actor LIKE '%private.test (token%'").await,
            0
        );
        two.close().await;
    }
}

#[actix_web::test]
async fn of_two_organizations_the_same_request_by_their_tokens_is_two_requests() {
    for two in each(&[]).await {
        two.also("ada@acme.test", &two.globex, Role::Owner).await;
        let ada = two.ada().await;
        for organization in [&two.acme, &two.globex] {
            let program = own_token(&two, &ada, organization).await;
            let nobody = Visitor::new(&two.app.base);
            let request = nobody.request(Method::POST, "/api/projects").bearer_auth(&program.token);
            let request = request.header("idempotency-key", "setup").json(&json!({ "name": "Web" }));
            let made = nobody.send(request).await;
            assert_eq!(made.status, 201, "{}", made.body);
        }
        assert_eq!(two.app.count("SELECT count(*) FROM projects WHERE slug = 'web'").await, 2);
        two.close().await;
    }
}
