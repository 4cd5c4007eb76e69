//! The answer to a form that has come before and was carried out then: that it is done, and was not done twice. A program
//! is told by a problem.

use actix_web::HttpRequest;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::error_page::htmx_is_at;
use super::notice::Notice;
use super::redirect::see_other;
use crate::error::Error;
use crate::links::is_api;
use crate::return_to::ReturnTo;

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
    let is_done = matches!(error, Some(Error::AlreadyDone));
    if !is_done || is_api(response.request().path()) {
        return Ok(response.map_into_left_body());
    }
    let answer = see_other(page(response.request()).as_str(), Notice::DoneBefore);
    Ok(response.into_response(answer).map_into_right_body())
}

/// A region of the page that asks, or else any page that says so.
fn page(request: &HttpRequest) -> ReturnTo {
    htmx_is_at(request).map_or_else(ReturnTo::start, |page| ReturnTo::parse(&page))
}
