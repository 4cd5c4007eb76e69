//! What stands in a path.

use utoipa::PartialSchema;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};

use crate::id::Id;

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

/// The placeholders of a path, in their order.
pub fn of(path: &str) -> impl Iterator<Item = Parameter> + '_ {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(parameter)
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
