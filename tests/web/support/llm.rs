//! A stub of an LLM provider over real HTTP: not one of them, but what a test tells it to answer to whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::json;

/// What the stub answers to a key.
#[derive(Clone, Debug)]
pub enum Saying {
    /// 200 with so many models.
    Models(usize),
    Status(u16),
    /// This status, these headers and this body, as they are.
    Exactly(u16, Vec<(&'static str, &'static str)>, Vec<u8>),
    /// 302 to there.
    Redirect(String),
    /// A body of so many bytes.
    Bytes(usize),
    /// Nothing, for longer than anybody waits.
    Silence,
}

#[derive(Default)]
struct Memory {
    sayings: HashMap<String, Saying>,
    /// Path and key of every request.
    asked: Vec<(String, String)>,
}

/// The stub.
pub struct Llm {
    pub port: u16,
    pub base: String,
    memory: Arc<Mutex<Memory>>,
    handle: ServerHandle,
}

type State = web::Data<Arc<Mutex<Memory>>>;

impl Llm {
    #[allow(clippy::unused_async, reason = "needs the runtime")]
    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let memory = Arc::new(Mutex::new(Memory::default()));
        let state = web::Data::new(memory.clone());
        let server =
            HttpServer::new(move || App::new().app_data(state.clone()).default_service(web::to(answer)));
        let server = server.workers(1).disable_signals().shutdown_timeout(0);
        let server = server.listen(listener).expect("listening").run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { port, base: format!("http://127.0.0.1:{port}"), memory, handle }
    }

    /// Keys that nobody spoke of are refused with 401.
    pub fn will_say(&self, key: &str, saying: Saying) {
        self.memory.lock().expect("memory").sayings.insert(key.to_owned(), saying);
    }

    /// Path and key of every request so far.
    pub fn asked(&self) -> Vec<(String, String)> {
        self.memory.lock().expect("memory").asked.clone()
    }

    /// Closes the door: nobody listens any more.
    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }
}

async fn answer(request: HttpRequest, state: State) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let bearer = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let own = ["x-api-key", "x-goog-api-key", "api-key"].into_iter().find_map(header);
    let key = bearer.or(own).unwrap_or_default().to_owned();
    let saying = {
        let mut memory = state.lock().expect("memory");
        memory.asked.push((request.uri().to_string(), key.clone()));
        memory.sayings.get(&key).cloned().unwrap_or(Saying::Status(401))
    };
    match saying {
        Saying::Models(count) => {
            let models: Vec<_> = (0..count).map(|n| json!({ "id": format!("model-{n}") })).collect();
            HttpResponse::Ok().json(json!({ "object": "list", "data": models }))
        }
        Saying::Status(status) => {
            // Providers tell the caller about the key that they were shown.
            let body = format!("{{\"error\":\"This is not for the key {key}\"}}");
            HttpResponse::build(StatusCode::from_u16(status).expect("a status")).body(body)
        }
        Saying::Exactly(status, headers, body) => {
            let mut response = HttpResponse::build(StatusCode::from_u16(status).expect("a status"));
            for header in headers {
                response.append_header(header);
            }
            response.body(body)
        }
        Saying::Redirect(to) => HttpResponse::Found().insert_header(("location", to)).finish(),
        Saying::Bytes(count) => HttpResponse::Ok().body(vec![b' '; count]),
        Saying::Silence => {
            actix_web::rt::time::sleep(Duration::from_mins(1)).await;
            HttpResponse::Ok().finish()
        }
    }
}
