//! An honest OpenID Connect provider for trying things out: discovery, authorization code with PKCE, signed ID
//! tokens, userinfo. It believes whatever one says about oneself.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::Server;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use askama::Template;
use chrono::{TimeDelta, Utc};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use openidconnect::core::{
    CoreClaimName, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AccessToken, Audience, AuthUrl, EmptyAdditionalClaims, EmptyAdditionalProviderMetadata, EndUserEmail,
    EndUserName, IssuerUrl, JsonWebKeySetUrl, LocalizedClaim, Nonce, ResponseTypes, Scope, StandardClaims,
    SubjectIdentifier, TokenUrl, UserInfoUrl,
};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use super::keys::SigningKey;
use crate::random;
use crate::web::view::initials;

/// How long a code may be redeemed.
const CODE_LIFETIME: Duration = Duration::from_mins(1);
/// How long an ID token holds.
const TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// As many requests, codes and tokens as are remembered; then all are forgotten.
const MOST_REMEMBERED: usize = 10_000;

/// Somebody to sign in as.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub verified: bool,
}

/// The people on offer.
pub const PEOPLE: [Person; 3] = [
    Person { name: "Ada Lovelace", email: "ada@acme.test", verified: true },
    Person { name: "Grace Hopper", email: "grace@acme.test", verified: true },
    Person { name: "Mallory Doe", email: "mallory@evil.test", verified: true },
];

/// The one client that the provider knows.
#[derive(Clone)]
pub struct Client {
    pub name: String,
    pub id: String,
    pub secret: String,
    pub redirect: String,
}

/// The provider, listening.
pub struct DemoProvider {
    pub server: Server,
    pub issuer: String,
}

struct State {
    issuer: IssuerUrl,
    client: Client,
    key: SigningKey,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    requests: HashMap<String, Request>,
    codes: HashMap<String, Grant>,
    tokens: HashMap<String, Claimed>,
}

/// What a client asked for.
#[derive(Clone)]
struct Request {
    state: String,
    nonce: String,
    challenge: String,
}

/// What a code stands for.
struct Grant {
    request: Request,
    claimed: Claimed,
    made: Instant,
}

/// What somebody said of themselves.
#[derive(Clone)]
struct Claimed {
    email: String,
    name: String,
    verified: bool,
}

impl DemoProvider {
    /// Listens on `bind`, which must be a loopback address, as `http://localhost:port`.
    ///
    /// # Errors
    /// When the address is taken or no key can be made.
    pub fn start(bind: SocketAddr, client: Client) -> anyhow::Result<Self> {
        anyhow::ensure!(bind.ip().is_loopback(), "the demo provider listens on loopback only");
        let listener = std::net::TcpListener::bind(bind).map_err(|e| {
            anyhow::anyhow!("the demo provider can't listen on {bind}: {e}; choose another --port")
        })?;
        let issuer = format!("http://localhost:{}", listener.local_addr()?.port());
        let state = web::Data::new(State {
            issuer: IssuerUrl::new(issuer.clone())?,
            client,
            key: SigningKey::generate()?,
            memory: Mutex::default(),
        });
        let server = HttpServer::new(move || {
            App::new().app_data(state.clone()).configure(register).wrap(headers(&state.client))
        });
        Ok(Self { server: server.workers(1).disable_signals().listen(listener)?.run(), issuer })
    }
}

fn register(config: &mut web::ServiceConfig) {
    config
        .route("/.well-known/openid-configuration", web::get().to(discovery))
        .route("/jwks.json", web::get().to(keys))
        .route("/authorize", web::get().to(ask))
        .route("/authorize", web::post().to(answer))
        .route("/token", web::post().to(redeem))
        .route("/userinfo", web::get().to(user_info))
        .route("/style.css", web::get().to(style));
}

/// A browser checks `form-action` against the way back to the client, too.
fn headers(client: &Client) -> DefaultHeaders {
    let client =
        Url::parse(&client.redirect).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let policy =
        format!("default-src 'none'; style-src 'self'; form-action 'self' {client}; frame-ancestors 'none'");
    DefaultHeaders::new().add(("content-security-policy", policy)).add((CACHE_CONTROL, "no-store"))
}

async fn discovery(state: web::Data<State>) -> Result<HttpResponse, actix_web::Error> {
    let at = |path: &str| format!("{}{path}", state.issuer.as_str());
    let url = actix_web::error::ErrorInternalServerError::<url::ParseError>;
    let metadata = CoreProviderMetadata::new(
        state.issuer.clone(),
        AuthUrl::new(at("/authorize")).map_err(url)?,
        JsonWebKeySetUrl::new(at("/jwks.json")).map_err(url)?,
        vec![ResponseTypes::new(vec![CoreResponseType::Code])],
        vec![CoreSubjectIdentifierType::Public],
        vec![CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256],
        EmptyAdditionalProviderMetadata {},
    )
    .set_token_endpoint(Some(TokenUrl::new(at("/token")).map_err(url)?))
    .set_userinfo_endpoint(Some(UserInfoUrl::new(at("/userinfo")).map_err(url)?))
    .set_scopes_supported(Some(["openid", "email", "profile"].map(|s| Scope::new(s.to_owned())).to_vec()))
    .set_claims_supported(Some(
        ["sub", "email", "email_verified", "name"].map(|c| CoreClaimName::new(c.to_owned())).to_vec(),
    ));
    Ok(HttpResponse::Ok().json(metadata))
}

async fn keys(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(CoreJsonWebKeySet::new(vec![state.key.public()]))
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(include_str!("../../templates/demo/style.css"))
}

#[derive(Deserialize)]
struct AuthorizationRequest {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    code_challenge: String,
    #[serde(default)]
    code_challenge_method: String,
}

#[derive(Template)]
#[template(path = "demo/sign_in.html")]
struct SignInPage<'a> {
    client: &'a str,
    request: &'a str,
    people: Vec<Offered>,
    error: &'a str,
}

struct Offered {
    name: &'static str,
    email: &'static str,
    verified: bool,
    initials: String,
}

/// RFC 6749, section 4.1.1: a request of an unknown client or to an unknown address is not redirected.
async fn ask(state: web::Data<State>, query: web::Query<AuthorizationRequest>) -> HttpResponse {
    let known = query.client_id == state.client.id && query.redirect_uri == state.client.redirect;
    if !known {
        return HttpResponse::BadRequest().body("unknown client or redirect address");
    }
    let openid = query.scope.split(' ').any(|scope| scope == "openid");
    let proof = query.code_challenge_method == "S256" && !query.code_challenge.is_empty();
    if query.response_type != "code" || !openid || !proof {
        return back(&state, &[("error", "invalid_request"), ("state", &query.state)]);
    }
    let Ok(id) = random::token() else { return HttpResponse::InternalServerError().finish() };
    let query = query.into_inner();
    let request = Request { state: query.state, nonce: query.nonce, challenge: query.code_challenge };
    state.remember().requests.insert(id.clone(), request);
    page(&state, &id, "")
}

fn page(state: &State, request: &str, error: &str) -> HttpResponse {
    let offer = |person: Person| Offered {
        name: person.name,
        email: person.email,
        verified: person.verified,
        initials: initials(person.name),
    };
    let page = SignInPage { client: &state.client.name, request, people: PEOPLE.map(offer).into(), error };
    let status = if error.is_empty() { HttpResponse::Ok() } else { HttpResponse::UnprocessableEntity() };
    let mut status = status;
    match page.render() {
        Ok(html) => status.content_type("text/html; charset=utf-8").body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

#[derive(Deserialize)]
struct Choice {
    request: String,
    email: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    verified: String,
}

async fn answer(state: web::Data<State>, form: web::Form<Choice>) -> HttpResponse {
    let form = form.into_inner();
    if !form.email.contains('@') {
        return page(&state, &form.request, "Type an e-mail address.");
    }
    let Some(request) = state.remember().requests.remove(&form.request) else {
        return HttpResponse::BadRequest().body("Start again: this sign-in is over.");
    };
    let Ok(code) = random::token() else { return HttpResponse::InternalServerError().finish() };
    let claimed = Claimed { email: form.email, name: form.name, verified: form.verified == "true" };
    let answer = [("code", code.as_str()), ("state", request.state.as_str()), ("iss", state.issuer.as_str())]
        .map(|(name, value)| (name, value.to_owned()));
    state.remember().codes.insert(code, Grant { request, claimed, made: Instant::now() });
    back(&state, &answer.each_ref().map(|(name, value)| (*name, value.as_str())))
}

fn back(state: &State, pairs: &[(&str, &str)]) -> HttpResponse {
    match Url::parse_with_params(&state.client.redirect, pairs) {
        Ok(url) => HttpResponse::SeeOther().insert_header((LOCATION, url.as_str())).finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    code: String,
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
}

/// RFC 6749, section 4.1.3, with RFC 7636: the code, once, by the client that asked, with its verifier.
async fn redeem(
    state: web::Data<State>,
    request: HttpRequest,
    form: web::Form<TokenRequest>,
) -> HttpResponse {
    if !state.is_client(&request) {
        return HttpResponse::Unauthorized().json(json!({ "error": "invalid_client" }));
    }
    let grant = state.remember().codes.remove(&form.code);
    let proof = BASE64URL_NOPAD.encode(&Sha256::digest(form.code_verifier.as_bytes()));
    let valid = |grant: &Grant| {
        form.grant_type == "authorization_code"
            && form.redirect_uri == state.client.redirect
            && grant.request.challenge == proof
            && grant.made.elapsed() < CODE_LIFETIME
    };
    let Some(grant) = grant.filter(valid) else {
        return HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    };
    match state.tokens(&grant) {
        Ok(tokens) => HttpResponse::Ok().json(tokens),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

async fn user_info(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    match state.remember().tokens.get(token) {
        Some(claimed) => HttpResponse::Ok().json(json!({
            "sub": subject(&claimed.email),
            "email": claimed.email,
            "email_verified": claimed.verified,
            "name": claimed.name,
        })),
        None => HttpResponse::Unauthorized().insert_header(("www-authenticate", "Bearer")).finish(),
    }
}

impl State {
    fn remember(&self) -> MutexGuard<'_, Memory> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.requests.len() + memory.codes.len() + memory.tokens.len() > MOST_REMEMBERED {
            *memory = Memory::default();
        }
        memory
    }

    /// HTTP Basic, as RFC 6749, section 2.3.1 has it.
    fn is_client(&self, request: &HttpRequest) -> bool {
        let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let credentials = header.and_then(|value| value.strip_prefix("Basic "));
        let decoded = credentials.and_then(|text| BASE64.decode(text.as_bytes()).ok());
        decoded.is_some_and(|bytes| bytes == format!("{}:{}", self.client.id, self.client.secret).as_bytes())
    }

    fn tokens(&self, grant: &Grant) -> anyhow::Result<serde_json::Value> {
        let access_token = random::token()?;
        let claimed = &grant.claimed;
        let name = LocalizedClaim::from(EndUserName::new(claimed.name.clone()));
        let standard = StandardClaims::new(SubjectIdentifier::new(subject(&claimed.email)))
            .set_email(Some(EndUserEmail::new(claimed.email.clone())))
            .set_email_verified(Some(claimed.verified))
            .set_name(Some(name));
        let claims = CoreIdTokenClaims::new(
            self.issuer.clone(),
            vec![Audience::new(self.client.id.clone())],
            Utc::now() + TOKEN_LIFETIME,
            Utc::now(),
            standard,
            EmptyAdditionalClaims {},
        )
        .set_nonce(Some(Nonce::new(grant.request.nonce.clone())))
        // It asks every time.
        .set_auth_time(Some(Utc::now() - grant.made.elapsed()));
        let id_token = CoreIdToken::new(
            claims,
            &self.key.key,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            Some(&AccessToken::new(access_token.clone())),
            None,
        )?;
        self.remember().tokens.insert(access_token.clone(), claimed.clone());
        Ok(json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": id_token.to_string(),
        }))
    }
}

/// The same person has the same subject at every start.
fn subject(email: &str) -> String {
    random::hash(&email.to_lowercase())[..24].to_owned()
}
