//! A stub of GitHub over real HTTP: not GitHub, but what GitHub's documentation says it answers ("Authorizing OAuth
//! apps", "Troubleshooting OAuth app access token request errors", REST API "Users" and "Emails", version
//! 2022-11-28). The API is where Enterprise Server has it, in `/api/v3`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use url::Url;

use super::provider::{Form, Trouble, challenge_met, field, is_gatehouse};
use super::visitor::query;

/// Who somebody is at GitHub.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: Value,
    /// What `/user/emails` says; `null` where the app may not read it.
    pub emails: Value,
}

impl Account {
    /// A person with a number, a login and addresses: address, whether primary, whether verified.
    pub fn new(id: u64, login: &str, addresses: &[(&str, bool, bool)]) -> Self {
        let entry = |(email, primary, verified): &(&str, bool, bool)| json!({ "email": email, "primary": primary, "verified": verified, "visibility": null });
        // The public address of the profile is nobody's proof of anything.
        let user = json!({ "id": id, "login": login, "name": "Mona Lisa", "email": "octocat@acme.test", "type": "User" });
        Self { user, emails: addresses.iter().map(entry).collect() }
    }
}

struct Grant {
    account: Account,
    challenge: String,
    redirect: String,
}

#[derive(Default)]
struct Memory {
    grants: HashMap<String, Grant>,
    tokens: HashMap<String, Account>,
    trouble: Trouble,
    asked: Vec<String>,
}

/// The stub.
#[derive(Clone)]
pub struct GitHub {
    pub base: String,
    memory: Arc<Mutex<Memory>>,
    handle: ServerHandle,
}

type State = web::Data<Arc<Mutex<Memory>>>;

impl GitHub {
    #[allow(clippy::unused_async, reason = "needs the runtime")]
    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
        let base = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        let memory = Arc::new(Mutex::new(Memory::default()));
        let state = web::Data::new(memory.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .route("/login/oauth/access_token", web::post().to(access_token))
                .route("/api/v3/user", web::get().to(user))
                .route("/api/v3/user/emails", web::get().to(emails))
        });
        let server = server.workers(1).disable_signals().listen(listener).expect("listening").run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { base, memory, handle }
    }

    /// The settings that name this stub, as the provider `github`.
    pub fn settings<'a>(&'a self, secret: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("PROVIDERS__GITHUB__KIND", "github"),
            ("PROVIDERS__GITHUB__BASE_URL", &self.base),
            ("PROVIDERS__GITHUB__CLIENT_ID", "gatehouse"),
            ("PROVIDERS__GITHUB__CLIENT_SECRET", secret),
        ]
    }

    /// Lets `account` in: the code that the browser carries back.
    pub fn grant(&self, account: &Account, authorization: &Url) -> String {
        let code = gatehouse::random::token().expect("randomness");
        let grant = Grant {
            account: account.clone(),
            challenge: query(authorization, "code_challenge"),
            redirect: query(authorization, "redirect_uri"),
        };
        self.memory.lock().expect("memory").grants.insert(code.clone(), grant);
        code
    }

    pub fn be(&self, trouble: Trouble) {
        self.memory.lock().expect("memory").trouble = trouble;
    }

    /// The paths that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.memory.lock().expect("memory").asked.clone()
    }

    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }
}

async fn access_token(state: State, request: HttpRequest, form: web::Form<Form>) -> HttpResponse {
    if let Some(answer) = enter(&state, &request).await {
        return answer;
    }
    let mut memory = state.lock().expect("memory");
    let answer = if !is_gatehouse(&request, &form) {
        json!({ "error": "incorrect_client_credentials",
            "error_description": "The client_id and/or client_secret passed are incorrect." })
    } else if let Some(grant) = memory.grants.remove(field(&form, "code")).filter(|grant| fits(grant, &form))
    {
        let token = format!("gho_{}", gatehouse::random::token().expect("randomness"));
        memory.tokens.insert(token.clone(), grant.account);
        json!({ "access_token": token, "token_type": "bearer", "scope": "read:user,user:email" })
    } else {
        json!({ "error": "bad_verification_code",
            "error_description": "The code passed is incorrect or expired." })
    };
    if header(&request, "accept") == "application/json" {
        HttpResponse::Ok().json(answer)
    } else {
        HttpResponse::Ok()
            .content_type("application/x-www-form-urlencoded")
            .body("error=no_json_was_asked_for")
    }
}

fn fits(grant: &Grant, form: &Form) -> bool {
    grant.challenge == challenge_met(form) && grant.redirect == field(form, "redirect_uri")
}

async fn user(state: State, request: HttpRequest) -> HttpResponse {
    match account(&state, &request).await {
        Ok(account) => HttpResponse::Ok().json(account.user),
        Err(answer) => answer,
    }
}

/// Thirty entries a page unless `per_page` asks for more.
async fn emails(
    state: State,
    request: HttpRequest,
    asked: web::Query<HashMap<String, usize>>,
) -> HttpResponse {
    match account(&state, &request).await {
        Ok(Account { emails: Value::Array(mut all), .. }) => {
            all.truncate(asked.get("per_page").copied().unwrap_or(30).min(100));
            HttpResponse::Ok().json(all)
        }
        Ok(_) => message(StatusCode::NOT_FOUND, "Not Found"),
        Err(answer) => answer,
    }
}

async fn account(state: &State, request: &HttpRequest) -> Result<Account, HttpResponse> {
    if let Some(answer) = enter(state, request).await {
        return Err(answer);
    }
    if header(request, "user-agent").is_empty() {
        return Err(message(StatusCode::FORBIDDEN, "Request forbidden by administrative rules."));
    }
    if header(request, "x-github-api-version") != "2022-11-28" {
        return Err(message(StatusCode::BAD_REQUEST, "Unsupported API version"));
    }
    if header(request, "accept") != "application/vnd.github+json" {
        return Err(message(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported 'Accept' header"));
    }
    let token = header(request, "authorization").strip_prefix("Bearer ").unwrap_or_default();
    let known = state.lock().expect("memory").tokens.get(token).cloned();
    known.ok_or_else(|| message(StatusCode::UNAUTHORIZED, "Requires authentication"))
}

async fn enter(state: &State, request: &HttpRequest) -> Option<HttpResponse> {
    let trouble = {
        let mut memory = state.lock().expect("memory");
        memory.asked.push(request.path().to_owned());
        memory.trouble
    };
    trouble.answer("https://evil.test/").await
}

fn message(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "message": text }))
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
