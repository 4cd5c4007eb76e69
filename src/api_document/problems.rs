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

/// No operation that the document names is answered with these: another method, and what only pages have.
const OF_NO_OPERATION: [u16; 2] = [405, 410];

/// The codes that come with each status.
pub fn codes_by_status() -> BTreeMap<u16, Vec<&'static str>> {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for (status, code) in CODES.into_iter().filter(|(status, _)| !OF_NO_OPERATION.contains(status)) {
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
    if [429, 503].contains(&status) {
        response.header("Retry-After", retry_after()).build()
    } else {
        response.build()
    }
}

fn retry_after() -> utoipa::openapi::Header {
    let seconds = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).minimum(Some(0));
    HeaderBuilder::new()
        .description(Some("After how many seconds to try again."))
        .schema(Some(seconds))
        .build()
}
