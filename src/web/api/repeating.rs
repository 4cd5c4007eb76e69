//! A POST that is sent again with its `Idempotency-Key` is carried out once, and answered as it was the first time, but for
//! what is shown once (IETF draft "The Idempotency-Key HTTP Header Field").

use std::rc::Rc;
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ETAG, HeaderMap, HeaderName, LOCATION};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpResponse};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::authority::client::{IDEMPOTENCY_KEY, IdempotencyKey};
use crate::authority::kept_answers::{Claim, KeptAnswer, Repeatable, Turn};
use crate::authority::{Asker, Services};
use crate::error::{Error, KeyTrouble, Result};

/// Says that an answer was given before.
const REPLAYED: &str = "idempotency-replayed";
/// As long as a key may be, in characters.
pub const LONGEST_KEY: usize = 255;
/// As much of an answer as is kept, in bytes. Of one that is larger the log knows that it was done.
const LARGEST_KEPT: u64 = 64 * 1024;
/// How long to wait for the request that has come first, and between two looks.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);
/// How often, and how long after one another, a key is tried to be set free.
const MOST_TRIES: usize = 30;
const BETWEEN_TRIES: Duration = Duration::from_secs(2);

/// Names of fields that only the first answer has.
pub type ShownOnce = Rc<[String]>;

/// The layer around who may and what is done.
///
/// # Errors
/// Those of the layers inside.
pub async fn do_once(
    request: ServiceRequest,
    next: Next<BoxBody>,
    shown_once: ShownOnce,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let repeatable = match repeatable(&request) {
        Ok(Some(repeatable)) => repeatable,
        Ok(None) => return next.call(request).await,
        Err(error) => return Ok(request.error_response(error)),
    };
    let services = Services::of(request.request())?;
    match turn(&services, &repeatable).await {
        Ok(Turn::Begins(claim)) => {
            carry_out(request, next, Held { services, claim: Some(claim) }, &shown_once).await
        }
        Ok(Turn::Ended(answer)) => Ok(request.into_response(replayed(answer))),
        Ok(Turn::Waits) => Ok(request.error_response(Error::IdempotencyKey(KeyTrouble::InUse))),
        Err(error) => Ok(request.error_response(error)),
    }
}

/// A request that has a key, of someone who is known: who may is settled further inside.
fn repeatable(request: &ServiceRequest) -> Result<Option<Repeatable>> {
    let Some(key) = key(request.headers())? else { return Ok(None) };
    let Some(asker) = Asker::of(request.request())? else { return Ok(None) };
    let digest = request.extensions().get::<IdempotencyKey>().map(|key| key.digest.clone());
    let asked = format!("{} {}\n{}", request.method(), request.uri(), digest.unwrap_or_default());
    Ok(Some(Repeatable::new(asker, &key, &asked)))
}

fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY);
    let Some(key) = keys.next() else { return Ok(None) };
    let is_visible = |byte: &u8| (b' '..=b'~').contains(byte);
    let text = std::str::from_utf8(key.as_bytes()).ok().filter(|text| text.bytes().all(|b| is_visible(&b)));
    let text = text.filter(|text| (1..=LONGEST_KEY).contains(&text.len()) && keys.next().is_none());
    text.map(|text| Some(text.to_owned())).ok_or(Error::IdempotencyKey(KeyTrouble::Malformed))
}

/// Waits for the request that is at it, but not for ever.
async fn turn(services: &Services, repeatable: &Repeatable) -> Result<Turn> {
    let until = Instant::now() + PATIENCE;
    loop {
        match repeatable.turn(services).await? {
            Turn::Waits if Instant::now() < until => sleep(LOOK).await,
            turn => return Ok(turn),
        }
    }
}

async fn carry_out(
    request: ServiceRequest,
    next: Next<BoxBody>,
    mut held: Held,
    shown_once: &[String],
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let (Some(claim), Some(key)) = (&held.claim, request.extensions_mut().get_mut::<IdempotencyKey>()) {
        key.key.clone_from(&claim.witness);
    }
    let (response, answer) = read(next.call(request).await?, shown_once).await?;
    held.end(&response, answer).await;
    Ok(response)
}

/// A claim until it is settled. A request that gives up before, since the client has gone, leaves it to others.
struct Held {
    services: Data<Services>,
    claim: Option<Claim>,
}

impl Held {
    async fn end(&mut self, response: &ServiceResponse<BoxBody>, answer: Option<KeptAnswer>) {
        let Some(claim) = self.claim.take() else { return };
        let error = response.response().error().and_then(|error| error.as_error::<Error>());
        let settled = match answer {
            Some(answer) => claim.keep(&self.services, answer).await,
            None if response.status().is_client_error() && !matches!(error, Some(Error::AlreadyDone)) => {
                claim.forget(&self.services).await
            }
            None => return set_free(&self.services, claim),
        };
        if let Err(error) = settled {
            tracing::warn!(%error, "could not keep the answer to a request with an idempotency key");
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(claim) = self.claim.take() {
            set_free(&self.services, claim);
        }
    }
}

/// Leaves a claim to others, behind the answer's back: the database may be away for a moment. After the last try the lease
/// is over in any case.
fn set_free(services: &Data<Services>, claim: Claim) {
    let services = services.clone();
    actix_web::rt::spawn(async move {
        for _ in 0..MOST_TRIES {
            match claim.release(&services).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "could not release an idempotency key"),
            }
            sleep(BETWEEN_TRIES).await;
        }
    });
}

/// The response, and what is kept of it; none of a refusal, nor of what is too large.
async fn read(
    response: ServiceResponse<BoxBody>,
    shown_once: &[String],
) -> std::result::Result<(ServiceResponse<BoxBody>, Option<KeptAnswer>), actix_web::Error> {
    let is_small = match response.response().body().size() {
        BodySize::None => true,
        BodySize::Sized(size) => size <= LARGEST_KEPT,
        BodySize::Stream => false,
    };
    if !response.status().is_success() || !is_small {
        return Ok((response, None));
    }
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let bytes = to_bytes(body).await.map_err(|error| Error::Internal(error.to_string()))?;
    let header = |name: HeaderName| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let kept = without(&bytes, shown_once).map(|body| KeptAnswer {
        status: response.status().as_u16(),
        etag: header(ETAG),
        location: header(LOCATION),
        body: Some(body).filter(|body| !body.is_empty()),
    });
    Ok((ServiceResponse::new(request, response.set_body(BoxBody::new(bytes))), kept))
}

/// A document without these fields; none of what is no document.
fn without(bytes: &[u8], fields: &[String]) -> Option<String> {
    if fields.is_empty() {
        return std::str::from_utf8(bytes).ok().map(str::to_owned);
    }
    let mut document: Value = serde_json::from_slice(bytes).ok()?;
    let object = document.as_object_mut()?;
    object.retain(|name, _| !fields.contains(name));
    Some(document.to_string())
}

fn replayed(answer: KeptAnswer) -> HttpResponse {
    let KeptAnswer { status, etag, location, body } = answer;
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    response.insert_header((CACHE_CONTROL, "no-store")).insert_header((REPLAYED, "true"));
    for (name, value) in [(ETAG, etag), (LOCATION, location)] {
        if let Some(value) = value {
            response.insert_header((name, value));
        }
    }
    match body {
        Some(body) => response.content_type("application/json").body(body),
        None => response.finish(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn sent(keys: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for key in keys {
            let value = HeaderValue::from_bytes(key).expect("a value");
            headers.append(HeaderName::from_static(IDEMPOTENCY_KEY), value);
        }
        key(&headers).unwrap_or(Some("refused".to_owned()))
    }

    #[test]
    fn a_key_is_one_visible_text_of_some_length() {
        assert_eq!(sent(&[]), None);
        assert_eq!(sent(&[b"8e03978e-40d5"]).as_deref(), Some("8e03978e-40d5"));
        assert_eq!(sent(&[b"x".repeat(255).as_slice()]).map(|key| key.len()), Some(255));
        for keys in [&[&b""[..]][..], &[b"x".repeat(256).as_slice()], &[b"one", b"two"], &[b"caf\xc3\xa9"]] {
            assert_eq!(sent(keys).as_deref(), Some("refused"));
        }
    }

    #[test]
    fn what_is_shown_once_is_not_kept() {
        let fields = ["token".to_owned()];
        assert_eq!(without(br#"{"id":"7","token":"gh_CANARY"}"#, &fields).as_deref(), Some(r#"{"id":"7"}"#));
        assert_eq!(without(b"gh_CANARY", &fields), None);
        assert_eq!(without(br#"{"id": "7"}"#, &[]).as_deref(), Some(r#"{"id": "7"}"#));
    }
}
