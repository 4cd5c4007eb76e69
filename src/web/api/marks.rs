//! What is said of an answer's fields beside their types, in extensions of their schemas.

use utoipa::openapi::schema::AllOf;
use utoipa::openapi::{RefOr, Schema};

/// Of a field that only the first answer has: not one that is repeated.
pub const SHOWN_ONCE: &str = "x-shown-once";

/// Of a field that changes without anyone changing it: anyone who changes the rest has nothing to lose there.
pub const CHANGES_BY_ITSELF: &str = "x-changes-by-itself";

/// Names of the fields that bear a mark.
pub fn marked(schema: &RefOr<Schema>, mark: &str) -> Vec<String> {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let marked = object.properties.iter().filter(|(_, field)| bears(field, mark));
            marked.map(|(name, _)| name.clone()).collect()
        }
        RefOr::T(Schema::AllOf(AllOf { items, .. })) => {
            items.iter().flat_map(|item| marked(item, mark)).collect()
        }
        _ => Vec::new(),
    }
}

/// A schema has its extensions in one of several places, and in one when it is written.
fn bears(schema: &RefOr<Schema>, mark: &str) -> bool {
    serde_json::to_value(schema).is_ok_and(|schema| schema.get(mark).is_some())
}
