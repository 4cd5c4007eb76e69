//! What headers of answers say.

use actix_web::http::Method;
use utoipa::openapi::Header;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::endpoint::Endpoint;

/// Those of a good answer, by their names.
pub fn of(endpoint: &Endpoint<'_>) -> impl Iterator<Item = (&'static str, Header)> + use<> {
    let replayed = (*endpoint.method == Method::POST).then(|| {
        ("Idempotency-Replayed", text("`true` where the request was done before and has its answer again."))
    });
    replayed.into_iter()
}

/// Those of a problem with this status.
pub fn of_problem(status: u16) -> impl Iterator<Item = (&'static str, Header)> {
    let header = match status {
        401 => Some(("WWW-Authenticate", text("How to authenticate."))),
        409 => Some(retry_after("Of `idempotency_key_in_use`: after how many seconds to try again.")),
        429 | 503 => Some(retry_after("After how many seconds to try again.")),
        _ => None,
    };
    header.into_iter()
}

fn retry_after(about: &str) -> (&'static str, Header) {
    let seconds = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).minimum(Some(0));
    ("Retry-After", HeaderBuilder::new().description(Some(about)).schema(Some(seconds)).build())
}

fn text(about: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    HeaderBuilder::new().description(Some(about)).schema(Some(schema)).build()
}
