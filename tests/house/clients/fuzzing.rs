//! Schemathesis sends what the document allows, and what it doesn't: everything is answered as the document says, and
//! nothing breaks (rule 10.5).

use std::collections::BTreeMap;
use std::process::Command;

use gatehouse::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{FOLDER, of_pypi, passes};
use crate::house::commands::folder;
use crate::web::support::{Database, Identity, TestApp, Visitor};

/// Who asks, and by which header.
struct Asker {
    header: String,
    /// What is answered to them as long as they can ask.
    proof: &'static str,
    /// Ids of what they live on.
    lifelines: Vec<String>,
}

#[actix_web::test]
async fn an_admin_is_answered_as_the_document_says() {
    fuzz("single", async |app, _| by_session(app, "ben@acme.test", Role::Admin).await).await;
}

#[actix_web::test]
async fn a_member_is_answered_as_the_document_says() {
    fuzz("single", async |app, _| by_session(app, "cy@acme.test", Role::Member).await).await;
}

#[actix_web::test]
async fn a_persons_token_is_answered_as_the_document_says() {
    fuzz("single", async |app, _| by_own_token(&app.person("ben@acme.test", Role::Admin).await).await).await;
}

#[actix_web::test]
async fn a_persons_token_among_many_organizations_is_answered_as_the_document_says() {
    fuzz("multi", async |_, ada| by_own_token(ada).await).await;
}

#[actix_web::test]
async fn a_projects_token_is_answered_as_the_document_says() {
    fuzz("single", async |_, ada| {
        ada.put("/api/admin/llm-keys/openai", &json!({ "key": "sk-proj-CANARY-fuzzer-1" })).await;
        let projects = ada.get("/api/projects").await.json();
        let tokens = format!("/api/projects/{}/tokens", text(&projects["items"][0]["id"]));
        let made = ada.post_json(&tokens, &json!({ "name": "Fuzzer" })).await.json();
        Asker { header: bearer(&made), proof: "/api/keys", lifelines: Vec::new() }
    })
    .await;
}

async fn by_session(app: &TestApp, email: &str, role: Role) -> Asker {
    app.enroll(email, "default", role).await;
    let visitor = app.visitor();
    let answer = visitor.sign_in(&app.provider, &Identity::new(email, "Person")).await;
    let header = format!("Cookie: session={}", answer.session());
    Asker { header, proof: "/api/me", lifelines: vec![text(&visitor.get("/api/me").await.json()["id"])] }
}

async fn by_own_token(person: &Visitor) -> Asker {
    let wish = json!({ "name": "Fuzzer", "scopes": ["admin:read", "admin:write"] });
    let made = person.post_json("/api/me/tokens", &wish).await.json();
    let me = person.get("/api/me").await.json();
    let lifelines = [&me["id"], &me["organization"]["id"], &made["id"]].map(text).to_vec();
    Asker { header: bearer(&made), proof: "/api/me", lifelines }
}

fn bearer(made: &Value) -> String {
    format!("Authorization: Bearer {}", text(&made["token"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Runs it on each database as someone who comes to an application of this tenancy, beside its owner.
async fn fuzz(tenancy: &str, come: impl AsyncFn(&TestApp, &Visitor) -> Asker) {
    let Some(programs) = of_pypi() else { return };
    for database in Database::each().await {
        let (app, ada) = open(database, tenancy).await;
        let there = furnish(&app, &ada).await;
        let asker = come(&app, &ada).await;
        let folder = folder();
        let document = folder.path().join("openapi.json");
        std::fs::write(&document, ada.get("/api/openapi.json").await.body).expect("written");
        let mut command = Command::new(programs.join("schemathesis"));
        command.args(["--config-file", "schemathesis.toml", "run"]).arg(document).args(["--url", &app.base]);
        command.args(["--header", &asker.header, "--header", &format!("Origin: {}", app.base)]);
        command.env("LIFELINES", asker.lifelines.join(" ")).env("THERE", there.to_string());
        command.current_dir(FOLDER);
        passes(command).await;
        let (name, value) = asker.header.split_once(": ").expect("a header");
        let visitor = app.visitor();
        let proof = visitor.send(visitor.request(Method::GET, asker.proof).header(name, value)).await;
        assert_eq!(proof.status, 200, "they could ask until the end: {}", proof.body);
        app.close().await;
    }
}

/// An application, and the owner of an organization in it.
async fn open(database: Database, tenancy: &str) -> (TestApp, Visitor) {
    let app = TestApp::open_with(database, &[("TENANCY", tenancy)]).await;
    if tenancy == "single" {
        let ada = app.owner().await;
        return (app, ada);
    }
    app.claim_installation().await;
    let acme = app.organization("Acme", "acme").await;
    let ada = app.person_of("ada@acme.test", &acme, Role::Owner).await;
    (app, ada)
}

/// Puts something where addresses can lead: ids by the names of their placeholders, several of each, for they are deleted,
/// too.
async fn furnish(app: &TestApp, ada: &Visitor) -> Value {
    let organization = text(&ada.get("/api/me").await.json()["organization"]["id"]);
    let create = async |path: &str, body: Value| text(&ada.post_json(path, &body).await.json()["id"]);
    let mut there: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for n in 0..8 {
        let email = format!("dan{n}@acme.test");
        app.enroll(&email, &organization, Role::Member).await;
        let project = create("/api/projects", json!({ "name": format!("Chat {n}") })).await;
        let tokens = format!("/api/projects/{project}/tokens");
        for (name, id) in [
            ("user", app.id_of(&email).await),
            ("team", create("/api/teams", json!({ "name": format!("Team {n}") })).await),
            ("token", create(&tokens, json!({ "name": "CI" })).await),
            (
                "invite",
                create("/api/admin/invites", json!({ "email": format!("eve{n}@partner.test") })).await,
            ),
            ("project", project),
        ] {
            there.entry(name).or_default().push(id);
        }
    }
    let fixed = [("organization", organization), ("provider", "openai".to_owned())];
    there.extend(fixed.map(|(name, id)| (name, vec![id])));
    json!(there)
}
