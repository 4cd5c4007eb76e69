//! A provider over real HTTP that says whatever a test tells it to, true or not.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use sha2::Digest;
use url::Url;

use super::signing::{self, Signature, SigningKey};
use super::visitor::query;

/// What every stub knows Gatehouse by.
pub const CLIENT_ID: &str = "gatehouse";
pub const CLIENT_SECRET: &str = "client-secret-CANARY";

/// Who somebody is at the provider.
#[derive(Clone, Debug)]
pub struct Identity {
    /// What the ID token claims; `null` leaves a claim out.
    pub claims: Value,
    /// What userinfo says, if it is asked.
    pub user_info: Value,
    pub signature: Signature,
    /// Claims of the ID token that are there, and `null`.
    pub nulls: Vec<&'static str>,
}

impl Identity {
    /// An honest person whose address is verified.
    pub fn new(email: &str, name: &str) -> Self {
        let claims =
            json!({ "sub": subject_of(email), "email": email, "email_verified": true, "name": name });
        Self { user_info: claims.clone(), claims, signature: Signature::Right, nulls: Vec::new() }
    }

    /// The same with claims added, changed or (`null`) left out.
    #[allow(clippy::needless_pass_by_value, reason = "reads better at the call")]
    pub fn with(mut self, claims: Value) -> Self {
        for (name, value) in claims.as_object().expect("claims") {
            self.claims[name] = value.clone();
        }
        self
    }

    /// The same with these claims of its ID token `null`.
    pub fn with_nulls(self, nulls: &[&'static str]) -> Self {
        Self { nulls: nulls.to_vec(), ..self }
    }

    pub fn signed(self, signature: Signature) -> Self {
        Self { signature, ..self }
    }
}

/// The address itself where it can be a subject, as most can.
fn subject_of(email: &str) -> String {
    let fits = !email.is_empty() && email.len() < 256 && email.bytes().all(|b| b.is_ascii_graphic());
    if fits { email.to_owned() } else { gatehouse::random::hash(email) }
}

struct Grant {
    identity: Identity,
    nonce: String,
    challenge: String,
}

#[derive(Default)]
struct Memory {
    grants: HashMap<String, Grant>,
    tokens: HashMap<String, Value>,
    key: Option<SigningKey>,
    trouble: Trouble,
    /// What a part of it says beside, or instead of, what an honest provider would.
    says: HashMap<Part, Says>,
    /// Where codes are redeemed.
    token_path: String,
    /// The status of its token answers.
    token_status: Option<u16>,
}

/// What a provider answers with.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub enum Part {
    Discovery,
    Keys,
    Tokens,
    UserInfo,
}

#[derive(Clone)]
enum Says {
    /// Members that are added, changed or (`null`) left out.
    With(Value),
    /// This, as this kind of document.
    Instead(&'static str, Vec<u8>),
}

impl Memory {
    fn key(&self) -> SigningKey {
        self.key.clone().unwrap_or_else(SigningKey::first)
    }

    fn answer(&self, part: Part, mut honest: Value) -> HttpResponse {
        match self.says.get(&part) {
            None => HttpResponse::Ok().json(honest),
            Some(Says::Instead(kind, body)) => HttpResponse::Ok().content_type(*kind).body(body.clone()),
            Some(Says::With(members)) => {
                for (name, value) in members.as_object().expect("members") {
                    honest[name] = value.clone();
                }
                honest.as_object_mut().expect("members").retain(|_, value| !value.is_null());
                HttpResponse::Ok().json(honest)
            }
        }
    }
}

/// What is wrong with the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    #[default]
    Nothing,
    /// Answers after a while.
    Slow(Duration),
    Status(u16),
    /// A page instead of JSON.
    Html,
    /// An answer of so many bytes.
    Endless(usize),
}

/// The provider.
#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    memory: Arc<Mutex<Memory>>,
    pub keys_fetched: Arc<AtomicU32>,
    handle: ServerHandle,
}

impl Provider {
    pub async fn start() -> Self {
        Self::start_on(0).await
    }

    #[allow(clippy::unused_async, reason = "needs the runtime")]
    pub async fn start_on(port: u16) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port)).expect("a socket");
        let issuer = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        let memory = Arc::new(Mutex::new(Memory { token_path: "/token".to_owned(), ..Memory::default() }));
        let keys_fetched = Arc::new(AtomicU32::new(0));
        let state = web::Data::new((issuer.clone(), memory.clone(), keys_fetched.clone()));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .route("/.well-known/openid-configuration", web::get().to(discovery))
                .route("/keys", web::get().to(keys))
                .route("/{token}", web::post().to(token))
                .route("/userinfo", web::get().to(user_info))
        });
        let server = server.workers(1).disable_signals().listen(listener).expect("listening").run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { issuer, memory, keys_fetched, handle }
    }

    /// Lets `identity` in: the code that the browser carries back.
    pub fn grant(&self, identity: &Identity, authorization: &Url) -> String {
        let code = gatehouse::random::token().expect("randomness");
        let grant = Grant {
            identity: identity.clone(),
            nonce: query(authorization, "nonce"),
            challenge: query(authorization, "code_challenge"),
        };
        self.memory.lock().expect("memory").grants.insert(code.clone(), grant);
        code
    }

    pub fn be(&self, trouble: Trouble) {
        self.memory.lock().expect("memory").trouble = trouble;
    }

    /// Publishes the key under another id and forgets the old one.
    pub fn rotate_keys(&self, key_id: &str) {
        self.sign_with(SigningKey { id: Some(key_id.to_owned()), is_second: false });
    }

    /// Signs with this key, and publishes it instead of the old one.
    pub fn sign_with(&self, key: SigningKey) {
        self.memory.lock().expect("memory").key = Some(key);
    }

    /// Says so in one of its answers, too; `null` leaves a member out.
    pub fn says(&self, part: Part, members: Value) {
        self.memory.lock().expect("memory").says.insert(part, Says::With(members));
    }

    /// Answers with this, whatever it is.
    pub fn says_instead(&self, part: Part, kind: &'static str, body: impl Into<Vec<u8>>) {
        self.memory.lock().expect("memory").says.insert(part, Says::Instead(kind, body.into()));
    }

    /// Is honest again.
    pub fn says_nothing_else(&self) {
        self.memory.lock().expect("memory").says.clear();
    }

    /// Answers with this status where codes are redeemed.
    pub fn answers_tokens_with(&self, status: u16) {
        self.memory.lock().expect("memory").token_status = Some(status);
    }

    /// These claims as a signed document.
    pub fn signed(&self, claims: &Value) -> String {
        let identity = Identity { claims: claims.clone(), ..Identity::new("x@acme.test", "X") };
        let key = self.memory.lock().expect("memory").key();
        signing::id_token(&self.issuer, &key, "", &identity)
    }

    /// Redeems codes at this path only, and says so.
    pub fn move_tokens_to(&self, path: &str) {
        path.clone_into(&mut self.memory.lock().expect("memory").token_path);
    }

    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }
}

type State = web::Data<(String, Arc<Mutex<Memory>>, Arc<AtomicU32>)>;

async fn discovery(state: State) -> HttpResponse {
    if let Some(answer) = in_trouble(&state).await {
        return answer;
    }
    let issuer = &state.0;
    let memory = state.1.lock().expect("memory");
    let token_path = &memory.token_path;
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}{token_path}"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    });
    memory.answer(Part::Discovery, document)
}

async fn keys(state: State) -> HttpResponse {
    state.2.fetch_add(1, Ordering::Relaxed);
    let memory = state.1.lock().expect("memory");
    memory.answer(Part::Keys, json!({ "keys": [memory.key().published()] }))
}

async fn token(state: State, request: HttpRequest, form: web::Form<Form>) -> HttpResponse {
    if let Some(answer) = in_trouble(&state).await {
        return answer;
    }
    if !is_gatehouse(&request, &form) {
        return HttpResponse::Unauthorized().json(json!({ "error": "invalid_client" }));
    }
    let mut memory = state.1.lock().expect("memory");
    if request.path() != memory.token_path {
        return HttpResponse::NotFound().json(json!({ "error": "Could not find resource for full path" }));
    }
    let code = field(&form, "code");
    let Some(grant) = memory.grants.remove(code).filter(|grant| grant.challenge == challenge_met(&form))
    else {
        return HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    };
    let access_token = gatehouse::random::token().expect("randomness");
    let id_token = signing::id_token(&state.0, &memory.key(), &grant.nonce, &grant.identity);
    memory.tokens.insert(access_token.clone(), grant.identity.user_info);
    let tokens = json!({ "access_token": access_token, "token_type": "Bearer", "id_token": id_token });
    let mut answer = memory.answer(Part::Tokens, tokens);
    if let Some(status) = memory.token_status {
        *answer.status_mut() = actix_web::http::StatusCode::from_u16(status).expect("a status");
    }
    answer
}

async fn user_info(state: State, request: HttpRequest) -> HttpResponse {
    let header =
        request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header.strip_prefix("Bearer ").unwrap_or_default();
    let memory = state.1.lock().expect("memory");
    match memory.tokens.get(token) {
        Some(claims) => memory.answer(Part::UserInfo, claims.clone()),
        None => HttpResponse::Unauthorized().finish(),
    }
}

async fn in_trouble(state: &State) -> Option<HttpResponse> {
    let trouble = state.1.lock().expect("memory").trouble;
    trouble.answer(&state.0).await
}

impl Trouble {
    /// What somebody in this trouble answers instead.
    pub async fn answer(self, elsewhere: &str) -> Option<HttpResponse> {
        match self {
            Self::Nothing => None,
            Self::Slow(time) => {
                actix_web::rt::time::sleep(time).await;
                None
            }
            Self::Status(status) => {
                let status = actix_web::http::StatusCode::from_u16(status).expect("a status");
                Some(HttpResponse::build(status).insert_header(("location", elsewhere)).finish())
            }
            Self::Html => Some(HttpResponse::Ok().content_type("text/html").body("<h1>Welcome</h1>")),
            Self::Endless(size) => {
                Some(HttpResponse::Ok().content_type("application/json").body("[".repeat(size)))
            }
        }
    }
}

/// What a token request carries.
pub type Form = HashMap<String, String>;

/// Whether the id and the secret are right, in the header or in the body (RFC 6749, section 2.3.1).
pub fn is_gatehouse(request: &HttpRequest, form: &Form) -> bool {
    let expected = format!("{CLIENT_ID}:{CLIENT_SECRET}");
    match request.headers().get("authorization").and_then(|value| value.to_str().ok()) {
        Some(header) => header == format!("Basic {}", BASE64.encode(expected.as_bytes())),
        None => format!("{}:{}", field(form, "client_id"), field(form, "client_secret")) == expected,
    }
}

/// The challenge that the verifier of a token request meets (RFC 7636, S256).
pub fn challenge_met(form: &Form) -> String {
    BASE64URL_NOPAD.encode(&sha2::Sha256::digest(field(form, "code_verifier").as_bytes()))
}

pub fn field<'a>(form: &'a Form, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}
