//! Schemas in words.

use std::collections::BTreeSet;

use utoipa::openapi::schema::{AllOf, Array, ArrayItems, Object, OneOf, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Components, RefOr, Schema};

/// A field, as a page tells of it.
pub struct Field {
    pub name: String,
    pub kind: String,
    pub is_required: bool,
    pub about: String,
}

/// The name of the schema that is referred to.
pub fn name_of(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

/// The fields of an object.
pub fn fields(schema: &RefOr<Schema>, components: &Components) -> Vec<Field> {
    match schema {
        RefOr::Ref(reference) => {
            let named = components.schemas.get(name_of(&reference.ref_location));
            named.map(|schema| fields(schema, components)).unwrap_or_default()
        }
        RefOr::T(Schema::Object(object)) => {
            object.properties.iter().map(|(name, schema)| field(name, schema, object)).collect()
        }
        RefOr::T(Schema::AllOf(AllOf { items, .. })) => {
            items.iter().flat_map(|item| fields(item, components)).collect()
        }
        RefOr::T(_) => Vec::new(),
    }
}

fn field(name: &str, schema: &RefOr<Schema>, object: &Object) -> Field {
    Field {
        name: name.to_owned(),
        kind: kind(schema),
        is_required: object.required.iter().any(|required| required == name),
        about: about(schema),
    }
}

/// What is said of a schema.
pub fn about(schema: &RefOr<Schema>) -> String {
    let about = match schema {
        RefOr::Ref(reference) => Some(reference.description.clone()),
        RefOr::T(Schema::Object(Object { description, .. }) | Schema::OneOf(OneOf { description, .. })) => {
            description.clone()
        }
        RefOr::T(Schema::Array(Array { description, .. })) => description.clone(),
        RefOr::T(_) => None,
    };
    plain(&about.unwrap_or_default())
}

/// A description without the marks of Markdown.
pub fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// What can stand there.
pub fn kind(schema: &RefOr<Schema>) -> String {
    match schema {
        RefOr::Ref(reference) => name_of(&reference.ref_location).to_owned(),
        RefOr::T(Schema::Object(object)) => object_kind(object),
        RefOr::T(Schema::Array(array)) => match &array.items {
            ArrayItems::RefOrSchema(items) => or_null(format!("list of {}", kind(items)), &array.schema_type),
            ArrayItems::False => "list".to_owned(),
        },
        RefOr::T(Schema::OneOf(OneOf { items, .. })) => {
            items.iter().map(kind).collect::<Vec<_>>().join(" or ")
        }
        RefOr::T(Schema::AllOf(AllOf { items, .. })) => {
            items.iter().map(kind).collect::<Vec<_>>().join(" with ")
        }
        RefOr::T(_) => "anything".to_owned(),
    }
}

fn object_kind(object: &Object) -> String {
    if let Some(values) = &object.enum_values {
        let values: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
        return values.join(", ");
    }
    let names: Vec<&str> = types(&object.schema_type).iter().map(type_name).collect();
    let names = names.join(" or ");
    match object.format.as_ref().map(format_name) {
        Some(format) if format == "date-time" => names.replacen("text", "time", 1),
        _ => names,
    }
}

fn or_null(kind: String, schema_type: &SchemaType) -> String {
    if types(schema_type).contains(&Type::Null) { format!("{kind} or null") } else { kind }
}

fn types(schema_type: &SchemaType) -> Vec<Type> {
    match schema_type {
        SchemaType::Type(kind) => vec![kind.clone()],
        SchemaType::Array(kinds) => kinds.clone(),
        SchemaType::AnyValue => Vec::new(),
    }
}

fn type_name(kind: &Type) -> &'static str {
    match kind {
        Type::Object => "object",
        Type::String => "text",
        Type::Integer => "whole number",
        Type::Number => "number",
        Type::Boolean => "true or false",
        Type::Array => "list",
        Type::Null => "null",
    }
}

fn format_name(format: &SchemaFormat) -> String {
    match format {
        SchemaFormat::KnownFormat(format) => serde_json::to_value(format)
            .ok()
            .and_then(|name| name.as_str().map(ToOwned::to_owned))
            .unwrap_or_default(),
        SchemaFormat::Custom(format) => format.clone(),
    }
}

/// The names of the schemas that a schema refers to, and of those that they refer to.
pub fn referred(schema: &RefOr<Schema>, components: &Components, names: &mut BTreeSet<String>) {
    match schema {
        RefOr::Ref(reference) => {
            let name = name_of(&reference.ref_location);
            if names.insert(name.to_owned())
                && let Some(schema) = components.schemas.get(name)
            {
                referred(schema, components, names);
            }
        }
        RefOr::T(Schema::Object(object)) => {
            object.properties.values().for_each(|schema| referred(schema, components, names));
        }
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &array.items {
                referred(items, components, names);
            }
        }
        RefOr::T(Schema::OneOf(OneOf { items, .. }) | Schema::AllOf(AllOf { items, .. })) => {
            for schema in items {
                referred(schema, components, names);
            }
        }
        RefOr::T(_) => {}
    }
}
