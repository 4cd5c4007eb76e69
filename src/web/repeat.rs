//! The answer to a request that has come before and was carried out then: that it is done, and was not done twice.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use super::api::Shown;
use super::error_page::htmx_is_at;
use super::notice::Notice;
use super::redirect::see_other;
use crate::error::Error;
use crate::links::is_api;
use crate::return_to::ReturnTo;

#[derive(Serialize)]
struct Repeated {
    repeated: bool,
    detail: &'static str,
}

/// The layer that answers for [`Error::AlreadyDone`].
///
/// # Errors
/// Those of the layers inside.
pub async fn answer<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let response = next.call(request).await?;
    let error = response.response().error().and_then(|error| error.as_error::<Error>());
    if !matches!(error, Some(Error::AlreadyDone)) {
        return Ok(response.map_into_left_body());
    }
    let answer = done(response.request());
    Ok(response.into_response(answer).map_into_right_body())
}

fn done(request: &HttpRequest) -> HttpResponse {
    if is_api(request.path()) {
        let answer = Repeated { repeated: true, detail: Notice::DoneBefore.sentence() };
        return Shown(answer).respond_to(request);
    }
    // A region of the page that asks, or else any page that says so.
    let page = htmx_is_at(request).map_or_else(ReturnTo::start, |page| ReturnTo::parse(&page));
    see_other(page.as_str(), Notice::DoneBefore)
}
