//! A stub of Microsoft's identity platform over real HTTP: not Entra, but what Microsoft's documentation says it
//! answers ("OpenID Connect on the Microsoft identity platform", "ID token claims reference", "Optional claims
//! reference", "Microsoft Entra authentication error codes").

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use url::Url;

use super::provider::{Form, Identity, challenge_met, field, is_gatehouse};
use super::signing::{self, SigningKey};
use super::visitor::query;

/// The tenant of most people.
pub const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

struct Grant {
    identity: Identity,
    nonce: String,
    challenge: String,
}

struct Memory {
    base: String,
    grants: Mutex<HashMap<String, Grant>>,
    user_info_asked: Mutex<u32>,
}

/// The stub.
#[derive(Clone)]
pub struct Microsoft {
    pub base: String,
    memory: Arc<Memory>,
    handle: ServerHandle,
}

type State = web::Data<Arc<Memory>>;

impl Microsoft {
    #[allow(clippy::unused_async, reason = "needs the runtime")]
    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
        let base = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        let (grants, user_info_asked) = (Mutex::default(), Mutex::default());
        let memory = Arc::new(Memory { base: base.clone(), grants, user_info_asked });
        let state = web::Data::new(memory.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .route("/{tenant}/v2.0/.well-known/openid-configuration", web::get().to(discovery))
                .route("/{tenant}/discovery/v2.0/keys", web::get().to(keys))
                .route("/{tenant}/oauth2/v2.0/token", web::post().to(token))
                .route("/oidc/userinfo", web::get().to(user_info))
        });
        let server = server.workers(1).disable_signals().listen(listener).expect("listening").run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { base, memory, handle }
    }

    /// The address to configure for a tenant, `common` or `organizations`.
    pub fn issuer(&self, tenant: &str) -> String {
        format!("{}/{tenant}/v2.0", self.base)
    }

    /// A person of [`TENANT`], whose admin has typed `email`, and nobody has checked it.
    pub fn person(&self, email: &str) -> Identity {
        let claims = json!({
            "sub": format!("AAAA-{email}"), "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474", "tid": TENANT, "ver": "2.0",
            "name": "Abe Lincoln", "preferred_username": email, "upn": email, "email": email,
            "iss": self.issuer(TENANT),
        });
        Identity { user_info: Value::Null, claims, signature: signing::Signature::Right, nulls: Vec::new() }
    }

    /// Lets `identity` in: the code that the browser carries back.
    pub fn grant(&self, identity: &Identity, authorization: &Url) -> String {
        let code = gatehouse::random::token().expect("randomness");
        let (nonce, challenge) = (query(authorization, "nonce"), query(authorization, "code_challenge"));
        let grant = Grant { identity: identity.clone(), nonce, challenge };
        self.memory.grants.lock().expect("memory").insert(code.clone(), grant);
        code
    }

    /// How often userinfo was asked.
    pub fn user_info_asked(&self) -> u32 {
        *self.memory.user_info_asked.lock().expect("memory")
    }

    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }
}

/// Where no tenant is named, the issuer is a template.
async fn discovery(state: State, tenant: web::Path<String>) -> HttpResponse {
    let (base, tenant) = (&state.base, tenant.as_str());
    let issuer = if matches!(tenant, "common" | "organizations") { "{tenantid}" } else { tenant };
    HttpResponse::Ok().json(json!({
        "issuer": format!("{base}/{issuer}/v2.0"),
        "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "private_key_jwt", "client_secret_basic", "self_signed_tls_client_auth"],
        "userinfo_endpoint": format!("{base}/oidc/userinfo"),
        "jwks_uri": format!("{base}/{tenant}/discovery/v2.0/keys"),
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "request_uri_parameter_supported": false,
        "http_logout_supported": true,
        "tenant_region_scope": null,
        "cloud_instance_name": "microsoftonline.com",
    }))
}

async fn keys() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "keys": [SigningKey::first().published()] }))
}

async fn token(state: State, request: HttpRequest, form: web::Form<Form>) -> HttpResponse {
    if !is_gatehouse(&request, &form) {
        return HttpResponse::Unauthorized().json(json!({ "error": "invalid_client",
            "error_description": "AADSTS7000215: Invalid client secret provided.", "error_codes": [7_000_215] }));
    }
    let grant = state.grants.lock().expect("memory").remove(field(&form, "code"));
    let Some(grant) = grant.filter(|grant| grant.challenge == challenge_met(&form)) else {
        return HttpResponse::BadRequest().json(json!({ "error": "invalid_grant",
            "error_description": "AADSTS70000: The provided value for the 'code' parameter is not valid." }));
    };
    let id_token = signing::id_token(&state.base, &SigningKey::first(), &grant.nonce, &grant.identity);
    HttpResponse::Ok()
        .json(json!({ "token_type": "Bearer", "scope": "openid profile email", "expires_in": 3600,
        "access_token": "opaque", "id_token": id_token }))
}

/// Names an address without the marker.
async fn user_info(state: State) -> HttpResponse {
    *state.user_info_asked.lock().expect("memory") += 1;
    HttpResponse::Ok().json(json!({ "sub": "AAAA", "email": "grace@acme.test", "email_verified": true }))
}
