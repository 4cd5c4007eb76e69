//! Around every answer: a request id, the security headers, painted errors, one line in the log, the metrics.

use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderName, SET_COOKIE};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error as ActixError, HttpMessage, HttpResponse};
use tracing::Instrument;

use super::access_log::AccessLogLine;
use super::api::{RATE_LIMIT, RATE_LIMIT_POLICY};
use super::assets::AssetLinks;
use super::body;
use super::door::{Connection, note_complete};
use super::error_page::{self, Asked};
use super::frame::Frame;
use super::headers::seal;
use super::typed::Typed;
use crate::authority::client::{self, IDEMPOTENCY_KEY, IdempotencyKey, OrganizationInForm, RequestId};
use crate::authority::{Services, bearer};
use crate::error::Error;
use crate::random;

/// What a failure has beside what it is: a session's new id, without which its cookie would open nothing any more, and
/// what is left of a limit.
static KEPT_OF_A_FAILURE: [HeaderName; 3] =
    [SET_COOKIE, HeaderName::from_static(RATE_LIMIT), HeaderName::from_static(RATE_LIMIT_POLICY)];

/// From a header or from the form; else the request's own id. What only asks needs none.
fn idempotency_key(request: &ServiceRequest, typed: Option<&Typed>, id: &RequestId) -> IdempotencyKey {
    let header = request.headers().get(IDEMPOTENCY_KEY).filter(|_| *request.method() == Method::POST);
    let header = header.map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
    let clients = header.or_else(|| typed.and_then(Typed::key));
    let is_clients = clients.is_some();
    let digest = typed.map(Typed::digest).unwrap_or_default();
    IdempotencyKey { key: clients.unwrap_or_else(|| id.0.clone()), digest, is_clients }
}

/// Finds out who asks, and reads what comes with it.
async fn receive(request: &mut ServiceRequest, services: &Services) -> Result<Bytes, Error> {
    let address = client::find(request.request(), &services.config.trusted_proxies)?;
    request.extensions_mut().insert(address);
    let body = body::read(request).await?;
    note_complete(request.request());
    Ok(body)
}

/// Says once that all clients may be taken for one, if they seem to come by a proxy and none is known.
fn warn_of_unknown_proxy(request: &ServiceRequest, services: &Services, frame: &Frame) {
    if services.config.trusted_proxies.is_empty() && client::is_forwarded(request.request()) {
        frame.unknown_proxy.call_once(|| {
            tracing::warn!(
                peer = %client::peer(request.request()),
                "a request has X-Forwarded-For, and GATEHOUSE_TRUSTED_PROXIES is empty: if a proxy stands in front, limits \
                 and the audit log see all clients as one"
            );
        });
    }
}

/// The outermost layer.
pub async fn wrap<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, ActixError> {
    let (services, frame) = (Services::of(request.request())?, Frame::of(request.request())?);
    bearer::forget_cookies(&mut request);
    let id = RequestId(random::id());
    request.extensions_mut().insert(id.clone());
    let (typed, refusal) = match receive(&mut request, &services).await {
        Ok(body) => (Typed::of(&request, body), None),
        Err(refusal) => (None, Some(refusal)),
    };
    if let Some(organization) = typed.as_ref().and_then(Typed::organization) {
        request.extensions_mut().insert(OrganizationInForm(organization));
    }
    let key = idempotency_key(&request, typed.as_ref(), &id);
    request.extensions_mut().insert(key.clone());
    let asked = Asked::of(&request, id.clone(), key.key, typed);
    let started = Instant::now();
    let line = AccessLogLine::of(&request);
    warn_of_unknown_proxy(&request, &services, &frame);
    let span = tracing::info_span!("request", id = %id.0);
    let finished = |mut response: HttpResponse, line: &AccessLogLine| {
        seal(response.head_mut(), &frame, &id);
        line.write(None, response.status().as_u16(), started.elapsed(), &frame);
        response
    };
    async {
        if let Some(refusal) = refusal {
            let mut response = error_page::paint(&asked, &frame.assets.links, &refusal);
            // What has not been read of the body would be taken for the next request, or waited for.
            response.head_mut().set_connection_type(ConnectionType::Close);
            request.request().conn_data::<Connection>().into_iter().for_each(Connection::end_soon);
            return Ok(request.into_response(finished(response, &line)).map_into_right_body());
        }
        let result = next.call(request).await;
        match result {
            Ok(response) => {
                let mut response = paint(&asked, &frame.assets.links, response);
                seal(response.response_mut().head_mut(), &frame, &id);
                let route = response.request().match_pattern();
                line.write(route.as_deref(), response.status().as_u16(), started.elapsed(), &frame);
                Ok(response)
            }
            Err(error) => {
                tracing::error!(%error, "a layer failed");
                let failure = asked.failed_after(error.to_string());
                let response = error_page::paint(&asked, &frame.assets.links, &failure);
                Err(InternalError::from_response("painted", finished(response, &line)).into())
            }
        }
    }
    .instrument(span)
    .await
}

fn paint<B: MessageBody + 'static>(
    asked: &Asked,
    links: &AssetLinks,
    response: ServiceResponse<B>,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let painted: Option<HttpResponse> =
        response.response().error().map(|error| match error.as_error::<Error>() {
            Some(error) => error_page::paint(asked, links, error),
            None => error_page::paint(asked, links, &Error::Malformed(error.to_string())),
        });
    match painted {
        Some(mut painted) => {
            for name in &KEPT_OF_A_FAILURE {
                for value in response.headers().get_all(name) {
                    painted.headers_mut().append(name.clone(), value.clone());
                }
            }
            response.into_response(painted).map_into_right_body()
        }
        None => response.map_into_left_body(),
    }
}
