//! What stands in a path, and in headers.

use actix_web::http::Method;
use utoipa::PartialSchema;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::endpoint::Endpoint;
use crate::id::Id;
use crate::web::api::LONGEST_KEY;

/// What each placeholder means.
const MEANINGS: [(&str, &str); 11] = [
    ("event", "An event's id."),
    ("identity", "The id of an account at a provider."),
    ("invite", "An invite's id."),
    ("organization", "An organization's id."),
    ("project", "A project's id."),
    (
        "provider",
        "A provider, as the list of keys names it: `openai`, or `custom-…` for a self-hosted server.",
    ),
    ("session", "A session's id."),
    ("slug", "A former address of the organization."),
    ("team", "A team's id."),
    ("token", "A token's id, not the token."),
    ("user", "A person's id."),
];

/// The placeholders of a path, in their order, and the headers that count.
pub fn of<'a>(endpoint: &Endpoint<'a>) -> impl Iterator<Item = Parameter> + use<'a> {
    let names = endpoint.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let key = (*endpoint.method == Method::POST).then(idempotency_key);
    let tags = endpoint.is_edited.then(|| seen(endpoint.method));
    names.map(parameter).chain(key).chain(tags)
}

/// The tag of what was seen.
fn seen(method: &Method) -> Parameter {
    let (name, about) = if *method == Method::GET {
        ("If-None-Match", "The `ETag` of what you have: if it is still the same, the answer is 304.")
    } else {
        (
            "If-Match",
            "The `ETag` of what you have seen: if it was changed since, the answer is 412 and nothing is done.",
        )
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(tags()))
        .build()
}

/// Entity tags (RFC 9110, 8.8.3), or any.
fn tags() -> ObjectBuilder {
    const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$"#;
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).pattern(Some(TAGS))
}

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .min_length(Some(1))
        .max_length(Some(LONGEST_KEY))
        .pattern(Some("^[!-~]([ -~]*[!-~])?$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A new key of yours for each request. Sent again within 24 hours, the request is done once, and has the \
             first answer without what is shown once.",
        ))
        .schema(Some(schema))
        .build()
}

fn parameter(name: &str) -> Parameter {
    let meaning = MEANINGS.iter().find(|(placeholder, _)| *placeholder == name);
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(meaning.map(|(_, meaning)| *meaning))
        .schema(Some(Id::schema()))
        .build()
}
