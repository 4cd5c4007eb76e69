//! The layer by which every refused request goes out.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use sea_orm::DbErr;

use super::reason::reason;
use super::refusal::Refusal;
use crate::authority::people::Refused;
use crate::authority::services::Services;
use crate::error::{Error, Result};

/// The layer inside those of sessions and tokens that leaves an event of a refusal, unless a change has left one. Without
/// it no one hears of the refusal either: then the answer is why it could not be written.
///
/// # Errors
/// Those of the layers inside; when there are no services, which is a fault of ours.
pub async fn leave<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let limits = Services::of(request.request())?.limits.refusals.clone();
    let refusal = Refusal::limited_by(limits);
    request.extensions_mut().insert(refusal.clone());
    let response = next.call(request).await?;
    match tell(&response, &refusal).await {
        Ok(()) => Ok(response.map_into_left_body()),
        Err(error) => {
            let error = if is_done(&response) { unknown(&error) } else { error };
            let (request, _) = response.into_parts();
            Ok(ServiceResponse::from_err(error, request).map_into_right_body())
        }
    }
}

/// Whether something may have been done beside what was refused.
fn is_done<B>(response: &ServiceResponse<B>) -> bool {
    response.status().is_success() || response.status().is_redirection()
}

fn unknown(error: &Error) -> Error {
    Error::OutcomeUnknown(DbErr::Custom(error.to_string()))
}

/// Leaves the event, if the answer refuses something of someone who is known.
async fn tell<B>(response: &ServiceResponse<B>, refusal: &Refusal) -> Result<()> {
    let request = response.request();
    let Some(why) = why(response, refusal).filter(|_| !refusal.is_told()) else { return Ok(()) };
    // At an address that is none, nothing was to be had.
    let Some(pattern) = request.match_pattern() else { return Ok(()) };
    match Refused::of(request)? {
        Some(refused) => refused.tell(format!("{} {pattern} ({why})", name(request))).await,
        None => Ok(()),
    }
}

fn why<B>(response: &ServiceResponse<B>, refusal: &Refusal) -> Option<String> {
    let error = response.response().error().and_then(|error| error.as_error::<Error>());
    let is_safe = response.request().method().is_safe();
    let said = error.and_then(|error| reason(error, is_safe));
    let noted = || refusal.noted().map(|why| why.to_string());
    said.or_else(noted).or_else(|| painted(response.status()).filter(|_| !is_safe).map(str::to_owned))
}

/// What the answer to something that was to be done comes to, where it is a page of its own of which nothing was noted.
fn painted(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::FORBIDDEN => Some("refused"),
        StatusCode::NOT_FOUND => Some("not found"),
        _ => None,
    }
}

/// The method: any that clients may have thought of is one.
fn name(request: &HttpRequest) -> &str {
    match *request.method() {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE => {
            request.method().as_str()
        }
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::HttpResponse;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_page_of_its_own_refuses_by_its_status() {
        let statuses = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND, StatusCode::OK, StatusCode::CONFLICT];
        assert_eq!(statuses.map(painted), [Some("refused"), Some("not found"), None, None]);
    }

    #[test]
    fn only_good_answers_and_ways_on_may_have_done_something() {
        for (status, done) in
            [(200, true), (201, true), (303, true), (403, false), (404, false), (503, false)]
        {
            let status = StatusCode::from_u16(status).expect("a status");
            let response = TestRequest::default().to_srv_response(HttpResponse::build(status).finish());
            assert_eq!(is_done(&response), done, "{status}");
        }
    }

    #[test]
    fn a_method_that_a_client_has_thought_of_is_not_told() {
        for (method, told) in
            [("GET", "GET"), ("DELETE", "DELETE"), ("OPTIONS", "OTHER"), ("FORGED", "OTHER")]
        {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            assert_eq!(name(&TestRequest::default().method(method).to_http_request()), told);
        }
    }
}
