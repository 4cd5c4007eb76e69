//! Every body that the document has as an example is taken, and the answer is as the document says.

use std::process::Command;

use gatehouse::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{FOLDER, of_pypi, passes, with_document};
use crate::house::api_document::{document, operations};
use crate::web::support::{Database, TestApp, Visitor};

const SETTINGS: [(&str, &str); 2] = [("TENANCY", "multi"), ("ORG_CREATORS", "ada@acme.test")];

#[actix_web::test]
async fn every_example_is_taken_and_answered_as_the_document_says() {
    let Some(programs) = of_pypi() else { return };
    let document = document("multi");
    for database in Database::each().await {
        let scene = Scene::open(database).await;
        let mut answers = Vec::new();
        for (method, path, examples) in bodies(&document) {
            for example in examples {
                answers.push(scene.send(&method, &path, example).await);
            }
        }
        assert!(answers.len() > 30, "{}", answers.len());
        let folder = with_document("multi");
        std::fs::write(folder.path().join("answers.json"), json!(answers).to_string()).expect("written");
        let mut command = Command::new(programs.join("python"));
        command.arg(format!("{FOLDER}/answers.py")).args(["openapi.json", "answers.json"]);
        command.current_dir(folder.path());
        passes(command).await;
        scene.app.close().await;
    }
}

/// Each operation that takes a body, with the examples of it. By the second organization of a person the short addresses
/// lose their meaning, and anyone who has entered one as operator has left the others: these come last.
fn bodies(document: &Value) -> Vec<(Method, String, &Vec<Value>)> {
    let mut bodies = Vec::new();
    for (name, operation) in operations(document) {
        let (method, path) = name.split_once(' ').expect("two words");
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if let Some(reference) = schema["$ref"].as_str() {
            let schema = document.pointer(&reference[1..]).expect("a schema");
            let examples =
                schema["examples"].as_array().unwrap_or_else(|| panic!("{reference} has no example"));
            bodies.push((method.parse().expect("a method"), path.to_owned(), examples));
        }
    }
    bodies.sort_by_key(|(_, path, _)| (path.starts_with("/api/operator"), path == "/api/organizations"));
    bodies
}

/// An organization in which there is everything that addresses can name.
struct Scene {
    app: TestApp,
    /// Its owner, who is operator, too.
    ada: Visitor,
    organization: String,
    foreign: String,
}

impl Scene {
    async fn open(database: Database) -> Self {
        let app = TestApp::open_with(database, &SETTINGS).await;
        app.claim_installation().await;
        let organization = app.organization("Acme", "acme").await;
        let ada = app.person_of("ada@acme.test", &organization, Role::Owner).await;
        app.make_operator("ada@acme.test").await;
        let foreign = app.organization("Globex", "globex").await;
        Self { app, ada, organization, foreign }
    }

    /// What is answered to this body at an address whose placeholders lead to something new.
    async fn send(&self, method: &Method, path: &str, body: &Value) -> Value {
        let organization = if path.starts_with("/api/operator") { &self.foreign } else { &self.organization };
        let provider = if path.contains("/methods/") { "idp" } else { "openai" };
        let mut address = path.replace("{organization}", organization).replace("{provider}", provider);
        if path.contains("{project}") {
            let project = self.create("/api/projects", &json!({ "name": "Chat" })).await;
            address = address.replace("{project}", &project);
        }
        if path.contains("{team}") {
            address =
                address.replace("{team}", &self.create("/api/teams", &json!({ "name": "Research" })).await);
        }
        if let Some((tokens, _)) = address.split_once("/{token}") {
            address = address.replace("{token}", &self.create(tokens, &json!({ "name": "CI" })).await);
        }
        if path.contains("{user}") {
            address = address.replace("{user}", &self.newcomer().await);
        }
        let request = self.ada.request(method.clone(), &address).header("origin", &self.ada.base).json(body);
        let answer = self.ada.send(request).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {body}: {}", answer.body);
        let body = if answer.status == 204 { Value::Null } else { answer.json() };
        json!({ "path": path, "method": method.as_str().to_lowercase(), "status": answer.status, "body": body })
    }

    /// The id of something that is made here.
    async fn create(&self, path: &str, body: &Value) -> String {
        let answer = self.ada.post_json(path, body).await;
        answer.json()["id"].as_str().unwrap_or_else(|| panic!("{path}: {}", answer.body)).to_owned()
    }

    /// The id of someone who has just joined.
    async fn newcomer(&self) -> String {
        let email = format!("{}@acme.test", gatehouse::random::id());
        self.app.enroll(&email, &self.organization, Role::Member).await;
        self.app.id_of(&email).await
    }
}
