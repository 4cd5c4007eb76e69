//! What the pages show.

use std::collections::BTreeSet;

use askama::Template;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Components, OpenApi, RefOr, Required};

use super::fields::{Field, about, fields, kind, name_of, plain, referred};
use crate::api_document::problems::codes_by_status;
use crate::links::Site;
use crate::web::Page;

/// All operations, in a line each.
#[derive(Template)]
#[template(path = "api_document/index.html")]
pub struct Index {
    site: Site,
    about: String,
    parts: Vec<PartLines>,
    problems: Vec<ProblemLine>,
}

struct PartLines {
    name: String,
    address: String,
    about: String,
    lines: Vec<Line>,
}

struct Line {
    id: String,
    summary: String,
    method: &'static str,
    path: String,
}

/// The codes that come with a status.
struct ProblemLine {
    status: u16,
    codes: String,
}

/// The operations of a part of the API.
#[derive(Template)]
#[template(path = "api_document/part.html")]
pub struct Part {
    site: Site,
    name: String,
    about: String,
    operations: Vec<Told>,
    objects: Vec<Shape>,
}

struct Told {
    line: Line,
    who: String,
    parameters: Vec<Field>,
    sent: Vec<Field>,
    status: String,
    answered: String,
    problems: String,
}

/// A schema by its name.
struct Shape {
    name: String,
    about: String,
    /// What it is, where it has no fields.
    kind: String,
    fields: Vec<Field>,
}

impl Page for Index {
    fn title(&self) -> &'static str {
        "API"
    }
}

impl Page for Part {
    fn title(&self) -> &str {
        &self.name
    }
}

impl Index {
    /// Of the whole document.
    pub fn of(document: &OpenApi) -> Self {
        let tags = document.tags.iter().flatten();
        let parts = tags.map(|tag| PartLines {
            address: address(&tag.name),
            about: tag.description.clone().unwrap_or_default(),
            lines: of_part(document, &tag.name).map(|operation| operation.0).collect(),
            name: tag.name.clone(),
        });
        let problems = codes_by_status().into_iter();
        let problems = problems.map(|(status, codes)| ProblemLine { status, codes: codes.join(", ") });
        Self {
            site: Site,
            about: plain(document.info.description.as_deref().unwrap_or_default()),
            parts: parts.collect(),
            problems: problems.collect(),
        }
    }
}

impl Part {
    /// The part with this address; none for another.
    pub fn of(document: &OpenApi, part: &str) -> Option<Self> {
        let tag = document.tags.iter().flatten().find(|tag| address(&tag.name) == part)?;
        let components = document.components.as_ref()?;
        let operations: Vec<_> = of_part(document, &tag.name).collect();
        let mut names = BTreeSet::new();
        for (_, operation) in &operations {
            refer(operation, components, &mut names);
        }
        Some(Self {
            site: Site,
            name: tag.name.clone(),
            about: tag.description.clone().unwrap_or_default(),
            operations: operations
                .into_iter()
                .map(|(line, operation)| told(line, operation, components))
                .collect(),
            objects: names.into_iter().filter_map(|name| shape(name, components)).collect(),
        })
    }
}

/// What stands for a part in an address.
fn address(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn of_part<'a>(document: &'a OpenApi, tag: &'a str) -> impl Iterator<Item = (Line, &'a Operation)> {
    let all = document.paths.paths.iter().flat_map(|(path, item)| {
        operations(item).into_iter().filter_map(move |(method, operation)| Some((method, path, operation?)))
    });
    let is_here = move |operation: &Operation| operation.tags.iter().flatten().any(|name| name == tag);
    all.filter(move |(.., operation)| is_here(operation)).map(|(method, path, operation)| {
        let line = Line {
            id: operation.operation_id.clone().unwrap_or_default(),
            summary: operation.summary.clone().unwrap_or_default(),
            method,
            path: path.clone(),
        };
        (line, operation)
    })
}

fn operations(item: &PathItem) -> [(&'static str, Option<&Operation>); 5] {
    [
        ("GET", item.get.as_ref()),
        ("POST", item.post.as_ref()),
        ("PUT", item.put.as_ref()),
        ("PATCH", item.patch.as_ref()),
        ("DELETE", item.delete.as_ref()),
    ]
}

fn told(line: Line, operation: &Operation, components: &Components) -> Told {
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| {
        let RefOr::T(parameter) = parameter else { return None };
        Some(Field {
            name: parameter.name.clone(),
            kind: parameter.schema.as_ref().map(kind).unwrap_or_default(),
            is_required: matches!(parameter.required, Required::True),
            about: plain(parameter.description.as_deref().unwrap_or_default()),
        })
    });
    let (mut status, mut answered, mut problems) = (String::new(), String::new(), Vec::new());
    for (code, response) in &operation.responses.responses {
        match response {
            RefOr::T(good) => {
                let schema = good.content.values().find_map(content_schema);
                (status, answered) = (code.clone(), schema.map(kind).unwrap_or_default());
            }
            RefOr::Ref(_) => problems.push(code.as_str()),
        }
    }
    Told {
        line,
        who: plain(operation.description.as_deref().unwrap_or_default()),
        parameters: parameters.collect(),
        sent: sent(operation).map(|schema| fields(schema, components)).unwrap_or_default(),
        status,
        answered,
        problems: problems.join(", "),
    }
}

fn sent(operation: &Operation) -> Option<&RefOr<utoipa::openapi::Schema>> {
    let RefOr::T(body) = operation.request_body.as_ref()? else { return None };
    body.content.values().find_map(content_schema)
}

fn content_schema(content: &RefOr<utoipa::openapi::Content>) -> Option<&RefOr<utoipa::openapi::Schema>> {
    let RefOr::T(content) = content else { return None };
    content.schema.as_ref()
}

fn refer(operation: &Operation, components: &Components, names: &mut BTreeSet<String>) {
    for response in operation.responses.responses.values() {
        if let RefOr::T(response) = response {
            let schemas = response.content.values().filter_map(content_schema);
            schemas.for_each(|schema| referred(schema, components, names));
        }
    }
    if let Some(schema) = sent(operation) {
        let mut sent = BTreeSet::new();
        referred(schema, components, &mut sent);
        // Its own fields stand with the operation.
        if let RefOr::Ref(reference) = schema {
            sent.remove(name_of(&reference.ref_location));
        }
        names.extend(sent);
    }
}

fn shape(name: String, components: &Components) -> Option<Shape> {
    let schema = components.schemas.get(&name)?;
    let fields = fields(schema, components);
    let kind = if fields.is_empty() { kind(schema) } else { String::new() };
    Some(Shape { about: about(schema), kind, fields, name })
}
