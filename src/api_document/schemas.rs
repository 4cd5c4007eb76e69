//! What schemas say beyond their types.

use std::collections::BTreeMap;

use utoipa::openapi::schema::{AdditionalProperties, AllOf, Object};
use utoipa::openapi::{RefOr, Schema};

/// Says of documents that are answered that every field is always there, though it may be null. What is sent is told by
/// taking no other fields.
pub fn require_what_is_answered(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    for schema in schemas.values_mut() {
        if let RefOr::T(schema) = schema {
            require(schema);
        }
    }
}

fn require(schema: &mut Schema) {
    match schema {
        Schema::Object(object) if !is_sent(object) => {
            object.required = object.properties.keys().cloned().collect();
        }
        Schema::AllOf(AllOf { items, .. }) => {
            for item in items {
                if let RefOr::T(schema) = item {
                    require(schema);
                }
            }
        }
        _ => {}
    }
}

fn is_sent(object: &Object) -> bool {
    matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
}
