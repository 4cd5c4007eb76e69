//! What stands in a path.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Required, Schema};

/// What each placeholder means.
const MEANINGS: [(&str, &str); 8] = [
    ("event", "An event's id."),
    ("invite", "An invite's id."),
    ("organization", "An organization's id."),
    ("project", "A project's id."),
    (
        "provider",
        "A provider, as the list of keys names it: `openai`, or `custom-…` for a self-hosted server.",
    ),
    ("team", "A team's id."),
    ("token", "A token's id, not the token."),
    ("user", "A person's id."),
];

/// The placeholders of a path, in their order.
pub fn of(path: &str) -> impl Iterator<Item = Parameter> + '_ {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(parameter)
}

fn parameter(name: &str) -> Parameter {
    let meaning = MEANINGS.iter().find(|(placeholder, _)| *placeholder == name);
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .min_length(Some(1))
        .max_length(Some(64))
        .pattern(Some("^[A-Za-z0-9_-]+$"))
        .build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(meaning.map(|(_, meaning)| *meaning))
        .schema(Some(Schema::Object(schema)))
        .build()
}
