//! A server that is not Gatehouse.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

/// It answers everyone the same, and remembers what was asked.
pub struct Pretender {
    pub base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Pretender {
    /// Leads to `location` unless that is empty; says `body`.
    pub fn start(location: &'static str, body: &'static str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let memory = asked.clone();
        let server = HttpServer::new(move || {
            let memory = memory.clone();
            let answer = move |request: HttpRequest| {
                memory.lock().expect("memory").push(request.path().to_owned());
                let mut answer = if location.is_empty() { HttpResponse::Ok() } else { HttpResponse::Found() };
                async move { answer.insert_header(("location", location)).body(body) }
            };
            App::new().default_service(web::to(answer))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(0);
        actix_web::rt::spawn(server.listen(listener).expect("listening").run());
        Self { base, asked }
    }

    /// The path of every request so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("memory").clone()
    }
}
