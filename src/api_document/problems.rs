//! What is answered when something goes wrong.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::{ContentBuilder, Ref, Response, ResponseBuilder};

use super::headers;
use crate::web::error_page::{CODES, Problem};

/// What a response of this status is called in the document.
pub fn name(status: u16) -> String {
    format!("Problem{status}")
}

/// No operation that the document names is answered with these: another method, and what only pages have.
const OF_NO_OPERATION: [&str; 2] = ["method_not_allowed", "gone"];

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
    let headers = headers::of_problem(status);
    headers.fold(response, |response, (name, header)| response.header(name, header)).build()
}
