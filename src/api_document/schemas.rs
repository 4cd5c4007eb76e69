//! What schemas say beyond their types.

use std::collections::BTreeMap;

use utoipa::openapi::schema::{AdditionalProperties, AllOf, Object};
use utoipa::openapi::{RefOr, Schema};

use crate::web::api::{SHOWN_ONCE, marked};

/// Says of documents that are answered that every field is always there, though it may be null, but for what is shown
/// once. What is sent is told by taking no other fields.
pub fn require_what_is_answered(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    for schema in schemas.values_mut() {
        let once = marked(schema, SHOWN_ONCE);
        if let RefOr::T(schema) = schema {
            require(schema, &once);
        }
    }
}

fn require(schema: &mut Schema, but: &[String]) {
    match schema {
        Schema::Object(object) if !is_sent(object) => {
            object.required = object.properties.keys().filter(|name| !but.contains(name)).cloned().collect();
        }
        Schema::AllOf(AllOf { items, .. }) => {
            for item in items {
                if let RefOr::T(schema) = item {
                    require(schema, but);
                }
            }
        }
        _ => {}
    }
}

fn is_sent(object: &Object) -> bool {
    matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
}
