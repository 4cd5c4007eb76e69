//! What comes with a request: read before anything is decided, all of it, in time, and as it is.

use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::form::BODY_LIMIT;
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
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > BODY_LIMIT) {
        return Err(Error::TooLarge);
    }
    let body = timeout(PATIENCE, collect(request.take_payload())).await.map_err(|_| Error::SlowBody)??;
    request.set_payload(Payload::from(body.clone()));
    Ok(body)
}

/// Holds what has come and no more: actix's extractor takes 8 KB for a body of which nothing may come.
async fn collect(mut payload: Payload) -> Result<Bytes> {
    let mut body = BytesMut::new();
    while let Some(part) = payload.next().await {
        let part = part.map_err(|failure| Error::Malformed(failure.to_string()))?;
        if body.len() + part.len() > BODY_LIMIT {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(body.freeze())
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
