//! What the painter of an error has to know of the request.

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, ResponseError};
use sea_orm::DbErr;
use url::{Position, Url};

use crate::authority::client::RequestId;
use crate::error::Error;
use crate::links::is_api;
use crate::web::again::Again;
use crate::web::htmx::is_htmx;
use crate::web::theme::Theme;
use crate::web::typed::Typed;

/// What an error's painter needs to know of the request, taken before the request moves on.
pub struct Asked {
    pub(super) is_api: bool,
    pub(super) is_htmx: bool,
    /// The page, with its query, in which htmx asks.
    pub(super) htmx_is_at: Option<String>,
    pub(super) is_get: bool,
    pub(super) path_and_query: String,
    pub(super) theme: Theme,
    pub(super) id: RequestId,
    pub(super) typed: Option<Typed>,
    /// By what the request is known when it comes again.
    pub(super) idempotency_key: String,
}

impl Asked {
    /// Notes what the painter needs.
    pub fn of(
        request: &ServiceRequest,
        id: RequestId,
        idempotency_key: String,
        typed: Option<Typed>,
    ) -> Self {
        Self {
            is_api: is_api(request.path()),
            is_htmx: is_htmx(request.request()),
            htmx_is_at: htmx_is_at(request.request()),
            is_get: request.method().is_safe(),
            path_and_query: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            theme: Theme::of(request.request()),
            idempotency_key,
            id,
            typed,
        }
    }

    /// What a layer's failure means after a handler has done its work: it may have been saved.
    pub fn failed_after(&self, failure: String) -> Error {
        if self.is_get { Error::Unavailable(failure) } else { Error::OutcomeUnknown(DbErr::Custom(failure)) }
    }

    /// The form that came, to be sent again, where trying again may help.
    pub(super) fn again(&self, error: &Error) -> Option<Again> {
        let may_help =
            [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&error.status_code());
        let typed = self.typed.as_ref().filter(|_| may_help)?;
        typed.again(&self.path_and_query, &self.idempotency_key)
    }
}

/// The page, with its query, in which htmx asks.
pub fn htmx_is_at(request: &HttpRequest) -> Option<String> {
    request.headers().get("hx-current-url").and_then(path_and_query)
}

fn path_and_query(url: &HeaderValue) -> Option<String> {
    let url = Url::parse(url.to_str().ok()?).ok()?;
    Some(url[Position::BeforePath..Position::AfterQuery].to_owned())
}
