//! The status code of each error.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::error::{Error, KeyTrouble};

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Moved(_) => StatusCode::TEMPORARY_REDIRECT,
            Self::Malformed(_) | Self::IdempotencyKey(KeyTrouble::Malformed) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::SecondFactorRequired => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::OtherOrigin(_) | Self::SignInMethod { .. } => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoMember | Self::KeyMissing => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::OrganizationRequired
            | Self::KeyUnreadable(_)
            | Self::Stale
            | Self::LastMethod
            | Self::LastOwner
            | Self::Conflict(_)
            | Self::IdempotencyKey(KeyTrouble::InUse)
            | Self::AlreadyDone => StatusCode::CONFLICT,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::Gone => StatusCode::GONE,
            Self::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Self::PackedBody | Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid(_) | Self::IdempotencyKey(KeyTrouble::Reused) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests(_)
            | Self::TooManyInvites(_)
            | Self::IdempotencyKey(KeyTrouble::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) | Self::Database(_) | Self::OutcomeUnknown(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Bare: [`paint`](super::paint) makes the answer, which needs the request.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
