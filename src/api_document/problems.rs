//! What is answered when something goes wrong.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Ref, Response, ResponseBuilder};

use crate::web::error_page::{CODES, Problem};

/// What a response of this status is called in the document.
pub fn name(status: u16) -> String {
    format!("Problem{status}")
}

/// No operation that the document names is answered with these: another method, what only pages have, and what is
/// answered well.
const OF_NO_OPERATION: [&str; 3] = ["method_not_allowed", "gone", "already_done"];

/// The codes that come with each status.
pub fn codes_by_status() -> BTreeMap<u16, Vec<&'static str>> {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for (status, code) in CODES.into_iter().filter(|(_, code)| !OF_NO_OPERATION.contains(code)) {
        by_status.entry(status).or_default().push(code);
    }
    by_status
}

/// A response for each status.
pub fn responses() -> impl Iterator<Item = (String, Response)> {
    codes_by_status().into_iter().map(|(status, codes)| (name(status), response(status, &codes)))
}

fn response(status: u16, codes: &[&str]) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    let response = ResponseBuilder::new()
        .description(format!("A problem: {}.", codes.join(", ")))
        .content("application/problem+json", content);
    match status {
        401 => response.header("WWW-Authenticate", www_authenticate()).build(),
        429 | 503 => response.header("Retry-After", retry_after()).build(),
        _ => response.build(),
    }
}

fn www_authenticate() -> utoipa::openapi::Header {
    let scheme = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    HeaderBuilder::new().description(Some("How to authenticate.")).schema(Some(scheme)).build()
}

fn retry_after() -> utoipa::openapi::Header {
    let seconds = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).minimum(Some(0));
    HeaderBuilder::new()
        .description(Some("After how many seconds to try again."))
        .schema(Some(seconds))
        .build()
}
