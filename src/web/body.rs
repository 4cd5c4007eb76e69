//! What comes with a request: read before anything is decided, all of it, in time, and as it is.

use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::web::Bytes;
use tokio::time::timeout;

use crate::error::{Error, Result};

/// How long all of it may take to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads it, and leaves it there for the handler.
///
/// # Errors
/// 415 when it is packed: a few kilobytes can unfold to any size. 413 when it is too long, 408 when it does not come,
/// 400 when it breaks off.
pub(super) async fn read(request: &mut ServiceRequest) -> Result<Bytes> {
    if !is_announced(request) {
        return Ok(Bytes::new());
    }
    if is_packed(request) {
        return Err(Error::PackedBody);
    }
    let body = timeout(PATIENCE, request.extract::<Bytes>()).await.map_err(|_| Error::SlowBody)?;
    let body = body.map_err(|failure| match failure.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => Error::TooLarge,
        _ => Error::Malformed(failure.to_string()),
    })?;
    request.set_payload(Payload::from(body.clone()));
    Ok(body)
}

/// Whether one follows the head (RFC 9112, 6.3).
pub(super) fn is_announced(request: &ServiceRequest) -> bool {
    request.headers().contains_key(TRANSFER_ENCODING)
        || request.headers().get(CONTENT_LENGTH).is_some_and(|length| length != "0")
}

fn is_packed(request: &ServiceRequest) -> bool {
    let mut encodings = request.headers().get_all(CONTENT_ENCODING);
    encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}
