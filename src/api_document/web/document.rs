//! The document as it is.

use std::borrow::Cow;

use actix_web::web::Data;
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::api_document::ApiDocument;
use crate::authority::Anyone;
use crate::error::Result;
use crate::web::api::{Shown, json};

/// The document itself.
pub struct OpenApiDocument(Data<ApiDocument>);

impl Serialize for OpenApiDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.0.get().serialize(serializer)
    }
}

impl PartialSchema for OpenApiDocument {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .description(Some("An OpenAPI 3.1 document."))
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .into()
    }
}

impl ToSchema for OpenApiDocument {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("OpenApiDocument")
    }
}

/// `GET /api/openapi.json`.
pub async fn show(_: Anyone, document: Data<ApiDocument>) -> Result<Shown<OpenApiDocument>> {
    json(OpenApiDocument(document))
}
