//! Around every answer: a request id, the security headers, painted errors, one line in the log, the metrics.

use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::ConnectionType;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY as CONTENT_SECURITY, HeaderName, HeaderValue, SET_COOKIE,
};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage, HttpResponse};
use tracing::Instrument;

use super::assets::Links;
use super::client;
use super::error_page::{self, Asked};
use super::typed::Typed;
use crate::app::Services;
use crate::error::Error;
use crate::random;

/// The id under which the log knows a request; echoed as `X-Request-Id`.
#[derive(Clone)]
pub struct RequestId(pub String);

/// By what a client makes repeating a request safe (IETF draft "The Idempotency-Key HTTP Header Field").
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// By what a request is known if it comes again.
#[derive(Clone)]
pub struct IdempotencyKey {
    /// What the client sends to say so.
    pub key: String,
    /// That it says the same.
    pub digest: String,
    /// Whether the client has sent the key, or it was made here.
    pub is_clients: bool,
}

impl IdempotencyKey {
    /// From a header or from the form; else the request's own id. What only asks needs none.
    fn of(request: &ServiceRequest, typed: Option<&Typed>, id: &RequestId) -> Self {
        let header = request.headers().get(IDEMPOTENCY_KEY).filter(|_| !request.method().is_safe());
        let header = header.map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
        let clients = header.or_else(|| typed.and_then(Typed::key));
        let is_clients = clients.is_some();
        let digest = typed.map(Typed::digest).unwrap_or_default();
        Self { key: clients.unwrap_or_else(|| id.0.clone()), digest, is_clients }
    }
}

/// Nothing but our own files, no inline script or style, no frame around us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    // Not `no-referrer`: with it a plain form's POST has the Origin `null` and looks like another site's.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("x-frame-options", "DENY"),
    ("x-robots-tag", "noindex"),
];

/// The outermost layer.
pub async fn wrap<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, ActixError> {
    let services = Services::of(request.request())?;
    let id = RequestId(random::id());
    request.extensions_mut().insert(id.clone());
    let (typed, refusal) = match Typed::of(&mut request).await {
        Ok(typed) => (typed, None),
        Err(refusal) => (None, Some(refusal)),
    };
    let key = IdempotencyKey::of(&request, typed.as_ref(), &id);
    request.extensions_mut().insert(key.clone());
    let asked = Asked::of(&request, id.clone(), key.key, typed);
    let started = Instant::now();
    let line = Line::of(&request, &services);
    let span = tracing::info_span!("request", id = %id.0);
    let finished = |mut response: HttpResponse, line: &Line| {
        seal(response.head_mut(), &services, &id);
        line.write(None, response.status().as_u16(), started.elapsed(), &services);
        response
    };
    async {
        if let Some(refusal) = refusal {
            let response = error_page::paint(&asked, &services.assets.links, &refusal);
            return Ok(request.into_response(finished(response, &line)).map_into_right_body());
        }
        let result = next.call(request).await;
        match result {
            Ok(response) => {
                let mut response = paint(&asked, &services.assets.links, response);
                seal(response.response_mut().head_mut(), &services, &id);
                let route = response.request().match_pattern();
                line.write(route.as_deref(), response.status().as_u16(), started.elapsed(), &services);
                Ok(response)
            }
            Err(error) => {
                tracing::error!(%error, "a layer failed");
                let failure = asked.failed_after(error.to_string());
                let response = error_page::paint(&asked, &services.assets.links, &failure);
                Err(InternalError::from_response("painted", finished(response, &line)).into())
            }
        }
    }
    .instrument(span)
    .await
}

fn paint<B: MessageBody + 'static>(
    asked: &Asked,
    links: &Links,
    response: ServiceResponse<B>,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let painted: Option<HttpResponse> =
        response.response().error().map(|error| match error.as_error::<Error>() {
            Some(error) => error_page::paint(asked, links, error),
            None => error_page::paint(asked, links, &Error::Malformed(error.to_string())),
        });
    match painted {
        Some(mut painted) => {
            // A session's new id, without which its cookie would open nothing any more.
            for cookie in response.headers().get_all(SET_COOKIE) {
                painted.headers_mut().append(SET_COOKIE, cookie.clone());
            }
            response.into_response(painted).map_into_right_body()
        }
        None => response.map_into_left_body(),
    }
}

fn seal(head: &mut ResponseHead, services: &Services, id: &RequestId) {
    if services.is_stopping() {
        head.set_connection_type(ConnectionType::Close);
    }
    let headers = head.headers_mut();
    let mut set =
        |name: &'static str, value: HeaderValue| headers.insert(HeaderName::from_static(name), value);
    for (name, value) in HEADERS {
        set(name, HeaderValue::from_static(value));
    }
    if services.config.base_url.is_https() {
        set("strict-transport-security", HeaderValue::from_static("max-age=63072000; includeSubDomains"));
    }
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        set("x-request-id", id);
    }
    if !headers.contains_key(CONTENT_SECURITY) {
        headers.insert(CONTENT_SECURITY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    }
}

/// The policy of pages whose form leads to a provider: a browser checks `form-action` against every hop of the
/// redirects that follow, and a provider may lead on to a company's own sign-in, anywhere on https. `plain` are
/// the origins of providers on loopback, which have no https.
pub fn sign_in_policy(plain: &[String]) -> HeaderValue {
    let hops = format!("form-action 'self' https: {}", plain.join(" "));
    let policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", hops.trim_end());
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

/// What the access log says of a request: its route, never its path or query, which may hold a secret.
struct Line {
    method: actix_web::http::Method,
    address: std::net::IpAddr,
}

impl Line {
    fn of(request: &ServiceRequest, services: &Services) -> Self {
        let address = client::address(request.request(), &services.config.trusted_proxies);
        Self { method: request.method().clone(), address }
    }

    fn write(&self, route: Option<&str>, status: u16, took: Duration, services: &Services) {
        let route = route.unwrap_or("unmatched");
        services.metrics.count(self.method.as_str(), route, status, took);
        let milliseconds = took.as_secs_f64() * 1000.0;
        tracing::info!(method = %self.method, route, status, milliseconds, address = %self.address, "answered");
    }
}
