//! OpenAI's own clients, of PyPI and of npm, started by `gatehouse run`: they find key and address by themselves.

use std::path::{Path, PathBuf};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

use super::project::{Token, finish};
use crate::house::commands::complaint;
use crate::house::installed::{is_there, python};
use crate::web::support::{Database, TestApp};

pub(super) const KEY: &str = "sk-proj-CANARY-client-1";
pub(super) const MODEL: &str = "stub-1";
const ANSWER: &str = "Hello from the stub.";
pub(super) const NODE_FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");

const IN_PYTHON: &str = "
from openai import OpenAI
client = OpenAI(max_retries=0)
model = client.models.list().data[0].id
hello = [{'role': 'user', 'content': 'Hello?'}]
print(model, client.chat.completions.create(model=model, messages=hello).choices[0].message.content)
";
const IN_NODE: &str = "
import OpenAI from 'openai';
const client = new OpenAI({ maxRetries: 0 });
const model = (await client.models.list()).data[0].id;
const messages = [{ role: 'user', content: 'Hello?' }];
console.log(model, (await client.chat.completions.create({ model, messages })).choices[0].message.content);
";

#[actix_web::test]
async fn openais_python_client_needs_nothing_but_its_environment() {
    let Some(python) = python("openai-venv", "openai", "openai") else { return };
    an_answer_comes(&[python.to_str().expect("text"), "-c", IN_PYTHON]).await;
}

#[actix_web::test]
async fn openais_node_client_needs_nothing_but_its_environment() {
    let cure = "node, and npm ci --prefix tests/browser --ignore-scripts";
    let node = node().filter(|_| Path::new(NODE_FOLDER).join("node_modules/openai").exists());
    if !is_there(node.is_some(), cure) {
        return;
    }
    let node = node.expect("node");
    an_answer_comes(&[node.to_str().expect("text"), "--input-type=module", "-e", IN_NODE]).await;
}

fn node() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("node")).find(|file| file.exists())
}

/// Starts a program that asks the provider for its models, and the first of them for an answer.
async fn an_answer_comes(words: &[&str]) {
    let stub = Stub::start();
    let settings = [("LLM__OPENAI__BASE_URL", stub.base.as_str()), ("OPENAI_API_KEY", KEY)];
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    let token = Token::create(&app).await;
    let mut command = token.run(&app.base, words);
    command.current_dir(NODE_FOLDER);
    let output = finish(command).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!((said.trim(), complaint(&output).as_str()), (format!("{MODEL} {ANSWER}").as_str(), ""));
    app.close().await;
    stub.handle.stop(false).await;
}

/// A provider with OpenAI's API, for anyone who has the key.
pub(super) struct Stub {
    pub base: String,
    pub handle: ServerHandle,
}

impl Stub {
    pub(super) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let server = HttpServer::new(|| {
            App::new()
                .route("/v1/models", web::get().to(models))
                .route("/v1/chat/completions", web::post().to(completion))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(0);
        let server = server.listen(listener).expect("listening").run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { base, handle }
    }
}

async fn models(request: HttpRequest) -> HttpResponse {
    let model = json!({ "id": MODEL, "object": "model", "created": 1, "owned_by": "stub" });
    answer(&request, &json!({ "object": "list", "data": [model] }))
}

async fn completion(request: HttpRequest, asked: web::Json<Value>) -> HttpResponse {
    let message = json!({ "role": "assistant", "content": ANSWER });
    let choice = json!({ "index": 0, "finish_reason": "stop", "message": message });
    let usage = json!({ "prompt_tokens": 1, "completion_tokens": 5, "total_tokens": 6 });
    let body = json!({ "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": asked["model"],
        "choices": [choice], "usage": usage });
    answer(&request, &body)
}

fn answer(request: &HttpRequest, body: &Value) -> HttpResponse {
    let shown = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    if shown == Some(&format!("Bearer {KEY}")) {
        return HttpResponse::Ok().json(body);
    }
    let error = json!({ "message": "Incorrect API key provided.", "type": "invalid_request_error" });
    HttpResponse::Unauthorized().json(json!({ "error": error }))
}
