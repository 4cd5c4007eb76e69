//! Limits of what a request may carry, and our own words when it carries more or something else.

use actix_web::error::{PathError, QueryPayloadError, UrlencodedError};
use actix_web::{HttpRequest, web};

use crate::error::Error;

/// The largest form or document, in bytes: an allowlist of some ten thousand addresses fits.
pub(super) const BODY_LIMIT: usize = 512 * 1024;

/// Sets limits and error words for forms, documents, queries and paths.
pub fn configure(config: &mut web::ServiceConfig) {
    let form = web::FormConfig::default().limit(BODY_LIMIT).error_handler(form_error);
    config
        .app_data(form)
        .app_data(web::PayloadConfig::new(BODY_LIMIT))
        .app_data(web::QueryConfig::default().error_handler(query_error))
        .app_data(web::PathConfig::default().error_handler(path_error));
}

fn form_error(error: UrlencodedError, _: &HttpRequest) -> actix_web::Error {
    match error {
        UrlencodedError::Overflow { .. } => Error::TooLarge.into(),
        other => Error::Malformed(other.to_string()).into(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
fn query_error(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    Error::Malformed(error.to_string()).into()
}

fn path_error(_: PathError, _: &HttpRequest) -> actix_web::Error {
    Error::NotFound.into()
}
